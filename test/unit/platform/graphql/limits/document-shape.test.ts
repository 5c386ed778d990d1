import fc from 'fast-check';
import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../../../src/platform/graphql/limits/document-limits.ts';
import { shapeOf } from '../../../../../src/platform/graphql/limits/document-shape.ts';

const shape = (text: string) => shapeOf(parse(text));

describe('a document is measured by', () => {
  test('its levels of fields and of inline fragments, not of spreads', () => {
    expect(shape('{ a }').depth).toBe(1);
    expect(shape('{ a { b { c } } d }').depth).toBe(3);
    expect(shape('{ a { ... { ... on B { c } } } }').depth).toBe(4);
    expect(shape('{ a { ...F } } fragment F on A { b { c } }').depth).toBe(3);
  });

  test('its fields, aliases and root fields, at each spread of a fragment', () => {
    const twice = shape('{ ...F x: a { ...F } } fragment F on A { b y: c z: __typename }');
    expect(twice).toMatchObject({ fields: 7, aliases: 5, rootFields: 4, fragments: 1, operations: 1 });
  });

  test('its fields of mutations without __typename, in the operation with the most', () => {
    const text = 'mutation A { a __typename } mutation B { ...F ... { c t: __typename } } fragment F on M { a b }';
    expect(shape(text)).toMatchObject({ mutationFields: 3, rootFields: 4, operations: 2 });
    expect(shape('{ a b c }').mutationFields).toBe(0);
  });

  test('its directives anywhere, and at one place', () => {
    const text =
      'query ($v: ID @a) @b { f @c @d(x: $v) { ...F @e ... @f { g } } } fragment F on A @g @h @i { a } fragment U on A { b @j }';
    expect(shape(text)).toMatchObject({ directives: 10, directivesAtOnePlace: 3 });
  });

  test('its nested values and types, anywhere', () => {
    expect(shape('{ a(b: 1) }').valueNesting).toBe(0);
    expect(shape('{ a(b: [{ c: [1] }]) }').valueNesting).toBe(3);
    expect(shape('query ($v: [[ID!]!]) { a @b(c: [1]) }').valueNesting).toBe(2);
    expect(shape('query ($v: ID = { a: { b: { c: 1 } } }) { a }').valueNesting).toBe(3);
  });

  test.each([
    'query seventeen_letters { a }',
    'query ($seventeen_letters: ID) { a }',
    'query ($v: seventeen_letters) { a }',
    '{ seventeen_letters }',
    '{ seventeen_letters: a }',
    '{ a(seventeen_letters: 1) }',
    '{ a(b: $seventeen_letters) }',
    '{ a(b: { seventeen_letters: 1 }) }',
    '{ a @seventeen_letters }',
    '{ ... on seventeen_letters { a } }',
    '{ ...F } fragment F on A { seventeen_letters }',
    '{ ...seventeen_letters }',
    'fragment seventeen_letters on A { a }',
    'fragment F on seventeen_letters { a }',
  ])('its longest name: %s', (text) => {
    expect(shape(text).nameLength).toBe('seventeen_letters'.length);
  });

  test('its fields of one name, by their name in the answer, in the whole text', () => {
    expect(shape('{ a { a } x: b ...F } fragment F on A { a b x: c x: d }').fieldsOfOneName).toBe(3);
  });
});

describe('fragments', () => {
  test('that double each other count at every use, however many that makes', () => {
    const fragments = Array.from({ length: 39 }, (_, at) => `fragment F${at} on A { ...F${at + 1} ...F${at + 1} }`);
    expect(shape(`{ ...F0 } ${fragments.join(' ')} fragment F39 on A { a }`).fields).toBe(2 ** 39);
  });

  test.each([
    '{ ...F } fragment F on A { ...F }',
    '{ ...F } fragment F on A { a { ...G } } fragment G on A { ... { ...F } }',
    '{ a } fragment F on A { ...F }',
  ])('that contain themselves are detected: %s', (text) => {
    expect(shape(text).isCyclic).toBe(true);
    expect(refusalOf(parse(text))).toEqual({ message: 'A fragment contains itself.' });
  });

  test('that are used by many or by nobody, or do not exist, are no cycle', () => {
    const text = '{ ...A ...B ...Gone } fragment A on T { ...C } fragment B on T { ...A ...C } fragment C on T { c }';
    expect(shape(text)).toMatchObject({ isCyclic: false, fields: 3 });
  });
});

test('the standard introspection query is within the limits with all its options', () => {
  const text = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });
  expect(refusalOf(parse(text, { maxTokens: 1_000 }))).toBeUndefined();
});

test('a refusal names the limit, its value and the count', () => {
  expect(refusalOf(parse(`{ ${'a { '.repeat(30)} a ${'} '.repeat(30)} }`))).toEqual({
    message: 'depth 31 is more than 15.',
    limitName: 'depth',
    limit: 15,
    figure: 31,
  });
});

/** A selection: a field with its subfields, an inline fragment, or a spread of a fragment with a higher number. */
type Sample =
  | { field: string; alias: boolean; below: readonly Sample[] }
  | { inline: readonly Sample[] }
  | { spread: number };

const FRAGMENTS = 4;

const samples = fc.letrec<{ selection: Sample; set: Sample[] }>((tie) => ({
  set: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }),
  selection: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ spread: fc.nat(FRAGMENTS - 1) }),
    fc.record({ field: fc.constantFrom('a', 'b', '__typename'), alias: fc.boolean(), below: fc.constant([]) }),
    fc.record({ field: fc.constantFrom('a', 'b'), alias: fc.boolean(), below: tie('set') }),
    fc.record({ inline: tie('set') }),
  ),
}));
const documents = fc.record({
  root: samples.set,
  fragments: fc.array(samples.set, { minLength: 1, maxLength: FRAGMENTS }),
});

/** The text of a selection. A spread of `from` or lower would be a cycle, so it becomes a field. */
function textOf(set: readonly Sample[], from: number, count: number): string {
  const texts = set.map((each) => {
    if ('spread' in each) return each.spread > from && each.spread < count ? `...F${each.spread}` : 'leaf';
    if ('inline' in each) return `... { ${textOf(each.inline, from, count)} }`;
    const below = each.below.length === 0 ? '' : ` { ${textOf(each.below, from, count)} }`;
    return `${each.alias ? 'alias: ' : ''}${each.field}${below}`;
  });
  return texts.join(' ');
}

/** The same with the text of every fragment at each spread. */
function expandedText(set: readonly Sample[], from: number, fragments: readonly Sample[][]): string {
  const texts = set.map((each): string => {
    if ('spread' in each) {
      const fragment = each.spread > from ? fragments[each.spread] : undefined;
      return fragment === undefined ? 'leaf' : expandedText(fragment, each.spread, fragments);
    }
    if ('inline' in each) return `... { ${expandedText(each.inline, from, fragments)} }`;
    const below = each.below.length === 0 ? '' : ` { ${expandedText(each.below, from, fragments)} }`;
    return `${each.alias ? 'alias: ' : ''}${each.field}${below}`;
  });
  return texts.join(' ');
}

test('a document counts as much as its text with every fragment expanded', () => {
  fc.assert(
    fc.property(documents, ({ root, fragments }) => {
      const definitions = fragments.map((set, at) => `fragment F${at} on A { ${textOf(set, at, fragments.length)} }`);
      const writtenOut = fragments.map((set, at) => `fragment F${at} on A { ${expandedText(set, at, fragments)} }`);
      const { depth, fields, aliases, rootFields, mutationFields, isCyclic } = shape(
        `mutation { ${textOf(root, -1, fragments.length)} } ${definitions.join(' ')}`,
      );
      const naive = shape(`mutation { ${expandedText(root, -1, fragments)} } ${writtenOut.join(' ')}`);
      expect({ depth, fields, aliases, rootFields, mutationFields, isCyclic }).toEqual({
        depth: naive.depth,
        fields: naive.fields,
        aliases: naive.aliases,
        rootFields: naive.rootFields,
        mutationFields: naive.mutationFields,
        isCyclic: false,
      });
    }),
    { numRuns: 300 },
  );
});
