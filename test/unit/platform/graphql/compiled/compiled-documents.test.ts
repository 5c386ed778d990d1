import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type OperationDefinitionNode, parse, validate } from 'graphql';
import { afterEach, expect, test } from 'vitest';
import { CompiledDocuments } from '../../../../../src/platform/graphql/compiled/compiled-documents.ts';
import { isCompilable } from '../../../../../src/platform/graphql/compiled/is-compilable.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, URLScalar } from '../../../../../src/platform/graphql/scalars.ts';
import { generateOperation } from '../../../../support/graphql/operations/generate.ts';
import { createRandom } from '../../../../support/tools/random.ts';
import { type Faults, resolveByChance } from './random-values.ts';

const SDL = readFileSync(new URL('../../../../../schema/subgraph.graphql', import.meta.url), 'utf8');
const SCALARS = { Decimal: DecimalScalar, DateTime: DateTimeScalar, Date: DateScalar, URL: URLScalar };
const OPERATIONS = 200;
const SEEN = { orders: [{ id: 'order-1', total: '1' }], cursors: ['c'], keys: ['k'] };
/** More often than a document is seen before it is compiled. */
const OFTEN = 25;

const random = createRandom(Number(process.env['SEED'] ?? Date.now() % 2 ** 31));

function schemaOf(faults: Faults) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(SDL), resolvers: SCALARS }]);
  resolveByChance(schema, random.seed, faults);
  return schema;
}

function asked(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const operation = document.definitions.find((node): node is OperationDefinitionNode => 'operation' in node);
  if (operation === undefined) throw new Error('there is no operation');
  return { document, operation, variables, context: {} };
}

/** As whoever asks often gets it: compiled where that can be. */
async function often(documents: CompiledDocuments, what: ReturnType<typeof asked>) {
  for (let time = 1; time < OFTEN; time += 1) await documents.data(what);
  return documents.data(what);
}

/** Here the compiler is there. */
const expectNone = (error: Error) => {
  throw error;
};

const text = (value: unknown) => JSON.stringify(value);

test('200 random operations over the schema: compiled they answer what graphql-js does, or leave it to graphql-js', async () => {
  const schema = schemaOf({ wrong: 4, thrown: 4 });
  const documents = new CompiledDocuments(() => schema, expectNone);
  const counted = { compiled: 0, failed: 0, left: 0 };
  for (let index = 0; index < OPERATIONS; index += 1) {
    const { query, variables } = generateOperation(schema, random, SEEN);
    const what = asked(query, variables);
    if (validate(schema, what.document).length > 0) continue;
    const expected = await execute({ schema, document: what.document, variableValues: variables, contextValue: {} });
    const data = await often(documents, what);
    const told = `seed ${random.seed}: ${query} ${text(variables)}`;
    if (data !== undefined) expect(text(data), told).toBe(text(expected.data));
    if (expected.errors !== undefined) expect(data, told).toBeUndefined();
    if (data !== undefined) counted.compiled += 1;
    else if (expected.errors !== undefined) counted.failed += 1;
    else counted.left += 1;
  }
  // Else it would compare nothing.
  expect(counted.compiled).toBeGreaterThan(OPERATIONS / 10);
  expect(counted.failed).toBeGreaterThan(0);
  expect(counted.left).toBeGreaterThan(0);
});

test.each([
  ['an Int that is text', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: '5' }],
  ['an Int with a fraction', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: 1.5 }],
  ['an Int that is too large', 'query ($first: Int) { topupOrders(first: $first) { totalCount } }', { first: 2 ** 31 }],
  ['an id that is an object', 'query ($id: ID!) { topupOrder(id: $id) { id } }', { id: {} }],
  ['an id that is not there', 'query ($id: ID!) { topupOrder(id: $id) { id } }', {}],
  ['an id that is null', 'query ($id: ID!) { topupOrder(id: $id) { id } }', { id: null }],
  ['no status of ours', 'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }', { s: ['NONE'] }],
  [
    'a null among statuses',
    'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }',
    { s: [null] },
  ],
])('a variable that is not right is told by graphql-js: %s', async (_name, query, variables) => {
  const schema = schemaOf({ wrong: 0, thrown: 0 });
  const what = asked(query, variables);
  expect(validate(schema, what.document)).toEqual([]);
  expect(isCompilable(schema, what.document, what.operation)).toBe(true);
  const { errors } = await execute({ schema, document: what.document, variableValues: variables, contextValue: {} });
  expect(errors).toHaveLength(1);
  expect(await often(new CompiledDocuments(() => schema, expectNone), what)).toBeUndefined();
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'ranFromADocument');
});

test.each([
  // What the compiler itself puts in the place of a date.
  '{ topupOrder(id: "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(globalThis.ranFromADocument=1)") { id } }',
  'query ($id: ID = "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(globalThis.ranFromADocument=1)") { topupOrder(id: $id) { id } }',
  '{ topupOrder(id: """__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(globalThis.ranFromADocument=1)""") { id } }',
  '{ topupOrder(id: "\\u005f_MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(globalThis.ranFromADocument=1)") { id } }',
  '{ _entities(representations: [{ __typename: "TopupOrder", id: "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d(globalThis.ranFromADocument=1)" }]) { __typename } }',
])('no text of a document ever runs: %s', async (query) => {
  const schema = schemaOf({ wrong: 0, thrown: 0 });
  const what = asked(query);
  expect(validate(schema, what.document)).toEqual([]);
  expect(await often(new CompiledDocuments(() => schema, expectNone), what)).toBeUndefined();
  expect(globalThis).not.toHaveProperty('ranFromADocument');
});

test.each([
  ['a mutation', 'mutation { cancelTopupOrder(input: { orderId: "1" }) { order { id } } }'],
  ['a condition', '{ topupOptions { id @include(if: true) } }'],
  ['a name that is no member of an object literal', '{ topupOptions { __proto__: id } }'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['a type of introspection', '{ __type(name: "Query") { name } }'],
  [
    'more fields than pay',
    `{ topupOptions { ${Array.from({ length: 301 }, (_, index) => `a${index}: id`).join(' ')} } }`,
  ],
])('is not compiled: %s', async (_name, query) => {
  const schema = schemaOf({ wrong: 0, thrown: 0 });
  const what = asked(query);
  expect(validate(schema, what.document)).toEqual([]);
  expect(isCompilable(schema, what.document, what.operation)).toBe(false);
});

test('a document that is seen now and then is not compiled', async () => {
  const schema = schemaOf({ wrong: 0, thrown: 0 });
  const documents = new CompiledDocuments(() => schema, expectNone);
  const query = '{ topupOptions { id code label } }';
  // A node of its own each time, as of documents that differ in a space.
  for (let time = 0; time < 2 * OFTEN; time += 1) expect(await documents.data(asked(query))).toBeUndefined();
  expect(await often(documents, asked(query))).toBeDefined();
});

test('a compiler that cannot be loaded is told once, and everything is left to graphql-js', async () => {
  const told: string[] = [];
  let loads = 0;
  const documents = new CompiledDocuments(
    () => schemaOf({ wrong: 0, thrown: 0 }),
    ({ message }) => told.push(message),
    async () => {
      loads += 1;
      throw new Error('no such file');
    },
  );
  const one = asked('{ topupOrders { totalCount } }');
  const another = asked('{ topupOrders(first: 1) { totalCount } }');
  expect([await often(documents, one), await often(documents, another)]).toEqual([undefined, undefined]);
  expect({ told, loads }).toEqual({ told: ['no such file'], loads: 1 });
});
