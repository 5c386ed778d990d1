import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import {
  CompiledDocuments,
  type CompiledDocumentsOptions,
} from '../../../../../src/platform/graphql/compiled/compiled-documents.ts';
import {
  DateScalar,
  DateTimeScalar,
  DecimalScalar,
  SignedDecimalScalar,
  URLScalar,
} from '../../../../../src/platform/graphql/scalars.ts';
import { generateOperation } from '../../../../support/graphql/operations/generate.ts';
import { createRandom } from '../../../../support/tools/random.ts';
import { type Faults, resolveByChance } from './random-values.ts';

const SDL = readFileSync(new URL('../../../../../schema/subgraph.graphql', import.meta.url), 'utf8');
const SCALARS = {
  Decimal: DecimalScalar,
  SignedDecimal: SignedDecimalScalar,
  DateTime: DateTimeScalar,
  Date: DateScalar,
  URL: URLScalar,
};
const OPERATIONS = 1000;
/** More than this many must be compiled; a seed that gives few of them goes on for up to so many operations. */
const LEAST_COMPILED = 60;
const MOST_OPERATIONS = 3 * OPERATIONS;
const SEEN = { orders: [{ id: 'order-1', total: '1' }], cursors: ['c'], keys: ['k'] };
const NO_FAULTS = { wrong: 0, thrown: 0 };
/** The number of uses before a document is compiled. */
const OFTEN = 20;

const random = createRandom(Number(process.env['SEED'] ?? Date.now() % 2 ** 31));

function schemaOf(faults: Faults) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(SDL), resolvers: SCALARS }]);
  resolveByChance(schema, random.seed, faults);
  return schema;
}

function documentsOf(buildSchema: () => GraphQLSchema, options: Partial<CompiledDocumentsOptions> = {}) {
  const unexpected = (error: unknown) => {
    throw error;
  };
  return new CompiledDocuments({ buildSchema, onMissing: unexpected, onFailure: unexpected, ...options });
}

function asked(query: string, variables: Record<string, unknown> = {}, name?: string) {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => 'operation' in node && (name === undefined || node.name?.value === name),
  );
  if (operation === undefined) throw new Error('there is no operation');
  return { text: query, document, operation, variables, context: {} };
}

const text = (value: unknown) => JSON.stringify(value);

test('1,000 random operations and more over a schema of odd values answer as graphql-js does, or not at all', async () => {
  const schema = schemaOf({ wrong: 4, thrown: 4 });
  const documents = documentsOf(() => schemaOf({ wrong: 4, thrown: 4 }), { compileAt: 1 });
  const counted = { compiled: 0, failed: 0, left: 0 };
  const enough = (done: number) => done >= OPERATIONS && (counted.compiled > LEAST_COMPILED || done >= MOST_OPERATIONS);
  for (let index = 0; !enough(index); index += 1) {
    const { query, variables } = generateOperation(schema, random, SEEN);
    const what = asked(query, variables);
    if (validate(schema, what.document).length > 0) continue;
    const expected = await execute({ schema, document: what.document, variableValues: variables, contextValue: {} });
    const data = await documents.data(what);
    const context = `seed ${random.seed}: ${query} ${text(variables)}`;
    if (data !== undefined) expect(text(data), context).toBe(text(expected.data));
    if (expected.errors !== undefined) expect(data, context).toBeUndefined();
    if (data !== undefined) counted.compiled += 1;
    else if (expected.errors !== undefined) counted.failed += 1;
    else counted.left += 1;
  }
  // Otherwise the test would compare nothing.
  expect(counted.compiled).toBeGreaterThan(LEAST_COMPILED);
  expect(counted.failed).toBeGreaterThan(0);
  expect(counted.left).toBeGreaterThan(0);
});

test.each([
  ['an Int that is text', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: '5' }],
  ['an Int with a fraction', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: 1.5 }],
  ['an Int that is too large', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: 2 ** 31 }],
  ['an id that is an object', 'query ($id: ID!) { topupOrder(id: $id) { id } }', { id: {} }],
  ['an id that is not sent', 'query ($id: ID!) { topupOrder(id: $id) { id } }', {}],
  ['an id that is null', 'query ($id: ID!) { topupOrder(id: $id) { id } }', { id: null }],
  ['no status of ours', 'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }', { s: ['NONE'] }],
  ['null among statuses', 'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }', { s: [null] }],
])('graphql-js answers a variable of the wrong type: %s', async (_name, query, variables) => {
  const schema = schemaOf(NO_FAULTS);
  const what = asked(query, variables);
  expect(validate(schema, what.document)).toEqual([]);
  const { errors } = await execute({ schema, document: what.document, variableValues: variables, contextValue: {} });
  expect(errors).toHaveLength(1);
  expect(await documentsOf(() => schema, { compileAt: 1 }).data(what)).toBeUndefined();
});

test('missing arguments and variables take the default of the schema', async () => {
  const received: unknown[] = [];
  const schema = schemaOf(NO_FAULTS);
  const { topupOrders } = schema.getQueryType()?.getFields() ?? {};
  Object.assign(topupOrders ?? {}, { resolve: (_source: unknown, args: unknown) => received.push(text(args)) && null });
  const documents = documentsOf(() => schema, { compileAt: 1 });
  const sent = 'query ($n: Int, $a: String) { topupOrders(first: $n, after: $a) { totalCount } }';
  for (const [query, variables] of [
    ['{ topupOrders { totalCount } }', {}],
    [sent, {}],
    [sent, { n: null, a: null }],
    [sent, { n: 7 }],
  ] as const) {
    expect(await documents.data(asked(query, variables))).toEqual({ topupOrders: null });
    await execute({ schema, document: parse(query), variableValues: variables });
  }
  expect(received).toEqual(
    ['{"first":20}', '{"first":20}', '{"first":null,"after":null}', '{"first":7}'].flatMap((args) => [args, args]),
  );
});

test('a document is compiled at its twentieth use, whichever object holds it', async () => {
  const documents = documentsOf(() => schemaOf(NO_FAULTS));
  const query = '{ topupOptions { id code label } }';
  for (let time = 1; time < OFTEN; time += 1) expect(await documents.data(asked(query))).toBeUndefined();
  expect(await documents.data(asked(query))).toBeDefined();
  expect(await documents.data(asked(`${query} `))).toBeUndefined();
});

test('each operation of a document counts and is answered separately', async () => {
  const documents = documentsOf(() => schemaOf(NO_FAULTS), { compileAt: 2 });
  const query = 'query A { __typename a: __typename } query B { __typename b: __typename }';
  expect(await documents.data(asked(query, {}, 'A'))).toBeUndefined();
  expect(await documents.data(asked(query, {}, 'B'))).toBeUndefined();
  expect(await documents.data(asked(query, {}, 'B'))).toEqual({ __typename: 'Query', b: 'Query' });
  expect(await documents.data(asked(query, {}, 'A'))).toEqual({ __typename: 'Query', a: 'Query' });
});

test('concurrent requests while the compiler loads are all answered, by one compiled form', async () => {
  let compiled = 0;
  const documents = documentsOf(() => schemaOf(NO_FAULTS), {
    compileAt: 1,
    async load() {
      const jit = await import('graphql-jit');
      const counting = (...args: Parameters<typeof jit.compileQuery>) => {
        compiled += 1;
        return jit.compileQuery(...args);
      };
      return { ...jit, compileQuery: counting as typeof jit.compileQuery };
    },
  });
  const answers = await Promise.all(Array.from({ length: 5 }, () => documents.data(asked('{ __typename }'))));
  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ __typename: 'Query' })));
  expect(compiled).toBe(1);
});

test('the cache keeps the latest documents', async () => {
  const documents = documentsOf(() => schemaOf(NO_FAULTS), { compileAt: 2 });
  const first = asked('{ first: __typename }');
  await documents.data(first);
  for (let index = 0; index < 500; index += 1) await documents.data(asked(`{ other${index}: __typename }`));
  expect(await documents.data(first)).toBeUndefined();
  expect(await documents.data(first)).toEqual({ first: 'Query' });
});

test('a compiler that fails to load is reported once, and graphql-js answers everything', async () => {
  const reported: string[] = [];
  let loads = 0;
  const documents = documentsOf(() => schemaOf(NO_FAULTS), {
    compileAt: 1,
    onMissing: ({ message }) => reported.push(message),
    async load() {
      loads += 1;
      throw new Error('no such file');
    },
  });
  const queries = ['{ topupOrders { totalCount } }', '{ topupOrders { totalCount } }', '{ __typename }'];
  for (const query of queries) expect(await documents.data(asked(query))).toBeUndefined();
  expect({ reported, loads }).toEqual({ reported: ['no such file'], loads: 1 });
});
