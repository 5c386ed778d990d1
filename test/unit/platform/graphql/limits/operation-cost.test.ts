import { buildSchema, getIntrospectionQuery, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../../../../src/platform/graphql/limits/operation-cost.ts';
import {
  assertWithinLimits,
  type OperationRequest,
} from '../../../../../src/platform/graphql/limits/operation-limits.ts';
import { costsOfSchema } from '../../../../../src/platform/graphql/limits/schema-costs.ts';

const schema = costsOfSchema(
  buildSchema(`
  directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query {
    book: Book
    books: [Book!]! @listSize(assumedSize: 3)
    shelf(first: Int = 20): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
    _entities(representations: [_Any!]!): [_Entity]!
  }
  type Mutation { lend: Book }
  type Shelf { edges: [Edge!]! count: Int! @cost(weight: 2) }
  type Edge { node: Book! cursor: String! }
  type Book { id: ID! title: Title! author: Author tags: [String!]! sequels: [Book!]! }
  type Author @cost(weight: 4) { name: String! }
  scalar Title @cost(weight: 1)
  scalar _Any
  union _Entity = Book | Author
`),
);

function cost(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('the text has no operation');
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return costOf(schema, {
    operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    variables,
  });
}

describe('the cost of a query, as the specification of demand control says', () => {
  test.each([
    ['an object weighs 1, a scalar nothing', '{ book { id } }', 1],
    ['but what @cost says of a type or of a scalar', '{ book { title author { name } } }', 6],
    ['and of a field', '{ shelf(first: 1) { count } }', 3],
    ['a list is as long as it is assumed', '{ books { id } }', 3],
    ['with all that is in it', '{ books { author { name } } }', 15],
    ['and five where nothing is said', '{ book { sequels { id } } }', 6],
    ['a page is as long as its argument', '{ shelf(first: 7) { edges { cursor } } }', 8],
    ['as its default where it has none', '{ shelf { edges { node { id } } } }', 41],
    ['as its default where it is null', '{ shelf(first: null) { edges { cursor } } }', 21],
    ['never longer than a page can be', '{ shelf(first: 1000000) { edges { cursor } } }', 101],
    [
      'in a fragment too',
      '{ shelf(first: 7) { ...S } } fragment S on Shelf { ... { edges { ...E } } } fragment E on Edge { node { id } }',
      15,
    ],
    [
      'a fragment on two pages counts for each',
      '{ a: shelf(first: 2) { ...S } b: shelf(first: 5) { ...S } } fragment S on Shelf { edges { cursor } }',
      9,
    ],
    ['a mutation costs ten before anything is read', 'mutation { lend { id } }', 11],
    ['fields that are skipped count all the same', '{ book @skip(if: true) { id } }', 1],
    ['introspection costs nothing', '{ __schema { types { name } } }', 0],
  ])('%s', (_what, text, expected) => {
    expect(cost(text).cost).toBe(expected);
  });

  test('a page with a variable is as long as the variable says', () => {
    const text = 'query ($n: Int) { shelf(first: $n) { edges { cursor } } }';
    expect([cost(text, { n: 9 }).cost, cost(text, { n: null }).cost, cost(text).cost]).toEqual([10, 21, 21]);
  });
});

describe('the values of an answer', () => {
  test('are its objects, scalars and elements', () => {
    expect(cost('{ __typename book { id tags author { name } } }').values).toBe(1 + 1 + 1 + 5 + 1 + 1);
    expect(cost('{ books { __typename a: id b: id } }').values).toBe(3 * 4);
  });

  test('are counted for introspection too', () => {
    expect(cost('{ __schema { types { name fields { name } } } }').values).toBe(1 + 5 * (2 + 5 * 2));
  });
});

describe('references', () => {
  const text = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Book { id author { name } } } }';
  const of = Array.from({ length: 7 }, () => ({ __typename: 'Book' }));

  test('each cost the fields of one', () => {
    expect(cost(text, { of })).toEqual({ cost: 7 * 5, values: 7 * 4, representations: 7, strays: 0 });
  });

  test('in the text count like those of a variable', () => {
    const literal = '{ _entities(representations: [{ __typename: "Book" }, { __typename: "Author" }]) { __typename } }';
    expect(cost(literal)).toMatchObject({ representations: 2, strays: 0, cost: 2 });
  });

  test('in all places count together', () => {
    const twice =
      'query ($of: [_Any!]!) { ...F ... { ...F } } fragment F on Query { _entities(representations: $of) { __typename } }';
    expect(cost(twice, { of }).representations).toBe(14);
  });

  test.each([
    [{}],
    ['Book'],
    [null],
    [{ __typename: 'Shelf' }],
    [{ __typename: 'constructor' }],
    [{ __typename: ['Book'] }],
  ])('of the form %j count as strays', (stray) => {
    expect(cost(text, { of: [stray, ...of] }).strays).toBe(1);
  });
});

describe('an expensive query is refused', () => {
  const buyer = { subject: 'buyer', organizationId: '1001', scopes: new Set(['topup:write']) };
  const support = { subject: 'support', organizationId: undefined, scopes: new Set(['topup:support']) };

  function refusalOf(text: string, asked: Partial<OperationRequest> = {}) {
    const document = parse(text);
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    try {
      const nothing = { operationName: undefined, variables: undefined, extensions: undefined, caller: buyer };
      assertWithinLimits(schema, { document, operation, ...nothing, ...asked });
      return undefined;
    } catch (error) {
      return error;
    }
  }
  const refused = (code: string, message: string) =>
    expect.objectContaining({ message, extensions: expect.objectContaining({ code, http: { status: 400 } }) });

  const DEAR =
    'query ($n: Int = 100) { shelf(first: $n) { ...S } again: shelf(first: $n) { ...S } } fragment S on Shelf { edges { node { author { name } sequels { author { name } } } } }';

  test('above the limit of a reader of one organization; support may send more', () => {
    expect(refusalOf(DEAR)).toEqual(refused('GRAPHQL_VALIDATION_FAILED', 'cost 6202 is more than 6000.'));
    expect(refusalOf(DEAR, { caller: undefined })).toBeDefined();
    expect(refusalOf(DEAR, { caller: support })).toBeUndefined();
  });

  test('when its variable has an expensive default, unless the variable is given', () => {
    expect(refusalOf(DEAR, { variables: { n: 90 } })).toBeUndefined();
    expect(refusalOf(DEAR.replace('100', '90'), { variables: { n: 100 } })).toBeDefined();
  });

  test('with the limit of references, variables, extensions and name', () => {
    const entities =
      'query ($of: [_Any!]!) { a: _entities(representations: $of) { __typename } b: _entities(representations: $of) { __typename } }';
    const of = Array.from({ length: 251 }, () => ({ __typename: 'Book' }));
    const input = (message: string) => refused('BAD_USER_INPUT', message);
    expect(refusalOf(entities, { variables: { of } })).toEqual(input('representations 502 is more than 500.'));
    expect(refusalOf('{ book { id } }', { variables: { a: 'x'.repeat(2_001) } })).toEqual(
      input('variables: length of a string 2001 is more than 2000.'),
    );
    expect(refusalOf('{ book { id } }', { extensions: { a: [[[[[[[[[]]]]]]]]] } })).toEqual(
      input('extensions: nesting 9 is more than 8.'),
    );
    expect(refusalOf('{ book { id } }', { operationName: 'x'.repeat(129), operation: undefined })).toEqual(
      input('length of operationName 129 is more than 128.'),
    );
  });

  test('unless it is the standard introspection', () => {
    expect(refusalOf(getIntrospectionQuery({ descriptions: true, oneOf: true }))).toBeUndefined();
  });
});
