import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { isCompilable } from '../../../../../src/platform/graphql/compiled/is-compilable.ts';

const SDL = readFileSync(new URL('../../../../../schema/subgraph.graphql', import.meta.url), 'utf8');
const schema = buildSubgraphSchema(parse(SDL));
const MAGIC = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';

function isCompiled(query: string): boolean {
  const document = parse(query);
  // An operation that is refused here still gets its answer, from graphql-js alone.
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find((node): node is OperationDefinitionNode => 'operation' in node);
  if (operation === undefined) throw new Error('there is no operation');
  return isCompilable(schema, document, operation);
}

test.each([
  '{ topupOptions { id code __typename } }',
  '{ __typename: topupOptions { id } }',
  'query ($first: Int, $after: String, $status: [TopupOrderStatus!], $of: ID) { topupOrders(first: $first, after: $after, status: $status, organizationId: $of) { totalCount } }',
  'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Organization { id } ... on TopupOrder { ...O } } } fragment O on TopupOrder { id }',
  '{ ...A ...A } fragment A on Query { topupOptions { ...B } } fragment B on TopupOption { id }',
])('a document is compiled: %s', (query) => {
  expect(isCompiled(query)).toBe(true);
});

test.each([
  ['a text in an argument', '{ topupOrder(id: "1") { id } }'],
  ['a number', '{ topupOrders(first: 1) { totalCount } }'],
  ['an enum value', '{ topupOrders(status: PAID) { totalCount } }'],
  ['null', '{ topupOrders(first: null) { totalCount } }'],
  ['an empty list', '{ topupOrders(status: []) { totalCount } }'],
  ['a variable within a list', 'query ($s: TopupOrderStatus!) { topupOrders(status: [$s]) { totalCount } }'],
  ['a variable within an object', 'query ($id: ID!) { _entities(representations: [{ id: $id }]) { __typename } }'],
  ['a literal in a fragment', '{ ...A } fragment A on Query { topupOrder(id: "1") { id } }'],
  ['a default of a variable', 'query ($n: Int = 1) { topupOrders(first: $n) { totalCount } }'],
  ['a default that is null', 'query ($n: Int = null) { topupOrders(first: $n) { totalCount } }'],
  ['a condition', '{ topupOptions { id @include(if: true) } }'],
  ['a condition by a variable', 'query ($b: Boolean!) { topupOptions @skip(if: $b) { id } }'],
  ['a condition on a spread', '{ ...A @skip(if: false) } fragment A on Query { topupOptions { id } }'],
  ['a mutation', 'mutation { cancelTopupOrder(input: { orderId: "1" }) { order { id } } }'],
  [
    'a variable of an input object',
    'mutation ($i: CancelTopupOrderInput!) { cancelTopupOrder(input: $i) { order { id } } }',
  ],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['a type of introspection', '{ t: __type(name: "Query") { name } }'],
  ['an alias that begins with __', '{ topupOptions { __validNode0: id } }'],
  ['an alias that is no member of an object literal', '{ topupOptions { __proto__: id } }'],
  ['an alias that every object has', '{ topupOptions { constructor: id } }'],
  ['a variable that begins with __', 'query ($__context: ID) { topupOptions(organizationId: $__context) { id } }'],
  [
    'a variable that every object has',
    'query ($toString: [TopupOrderStatus!]) { topupOrders(status: $toString) { totalCount } }',
  ],
  ['an operation that every object has', 'query valueOf { topupOptions { id } }'],
  [
    'a fragment that every object has',
    '{ ...hasOwnProperty } fragment hasOwnProperty on Query { topupOptions { id } }',
  ],
  [
    'more fields than pay',
    `{ topupOptions { ${Array.from({ length: 301 }, (_, index) => `a${index}: id`).join(' ')} } }`,
  ],
  ['code in a text', `{ topupOrder(id: "${MAGIC}(globalThis.ran=1)") { id } }`],
  ['code in a block of text', `{ topupOrder(id: """${MAGIC}(globalThis.ran=1)""") { id } }`],
  ['code in an escaped text', `{ topupOrder(id: "\\u005f${MAGIC.slice(1)}(globalThis.ran=1)") { id } }`],
  ['code in a default', `query ($id: ID = "${MAGIC}(globalThis.ran=1)") { topupOrder(id: $id) { id } }`],
  [
    'code in a reference',
    `{ _entities(representations: [{ __typename: "TopupOrder", id: "${MAGIC}(globalThis.ran=1)" }]) { __typename } }`,
  ],
  [
    'a name that graphql-jit takes for code',
    `{ _entities(representations: [{ __typename: TopupOrder, id: ${MAGIC}nope }]) { __typename } }`,
  ],
])('a document is left to graphql-js: %s', (_name, query) => {
  expect(isCompiled(query)).toBe(false);
});

test('a variable of a custom scalar is left to graphql-js, which knows how to coerce it', () => {
  const document = parse('query ($d: Decimal) { topupOptions { id } }');
  expect(isCompilable(schema, document, document.definitions[0] as OperationDefinitionNode)).toBe(false);
});
