import { badBody, badInput, type Hostile, invalid, nested, times } from './requests.ts';

const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { id } } }';
const PAGES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  topupOptions { code choices { price { amount } } unitPrice { amount } balance { balance } }
} } }`;
const CREATE =
  'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { userErrors { code message } } }';
const organizations = (count: number) =>
  Array.from({ length: count }, () => ({ __typename: 'Organization', id: '1001' }));
const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ optionId: `1001:${index}`, quantity: '1' }));
const create = (input: object) => ({
  query: CREATE,
  variables: { input: { idempotencyKey: 'hostile', items: [], ...input } },
});
const QUERY = '{ __typename }';
const JSON_LISTS = nested(60_000, '[', '1', ']');

/** Requests that must be refused for their variables or extensions, or for the cost that these cause. */
export const HOSTILE_VARIABLES: Record<string, readonly Hostile[]> = {
  lists: [
    invalid(
      'orders of the orders of an organization',
      `{ topupOrders(first: 100) { edges { node { organization { topupOrders(first: 100) { edges { node { id } } } } } } } }`,
    ),
    invalid(
      'by a variable',
      `query ($n: Int) { topupOrders(first: $n) { edges { node { organization { topupOrders(first: $n) { totalCount edges { cursor node { id } } } } } } } }`,
      { n: 100 },
    ),
    invalid(
      'by a default',
      `query ($n: Int = 2147483647) { topupOrders(first: $n) { edges { node { organization { topupOrders(first: $n) { edges { node { id } } } } } } } }`,
    ),
    invalid(
      'ten pages of a hundred orders',
      `{ ${times(10, (index) => `a${index}: topupOrders(first: 100) { edges { node { lines { unitPrice { amount } } } } }`)} }`,
    ),
    invalid(
      'options of every order',
      `{ topupOrders(first: 100) { edges { node { organization { topupOptions { choices { price { amount } } } } } } } }`,
    ),
    invalid(
      'scalars of every order',
      `{ topupOrders(first: 100) { ...P } again: topupOrders(first: 100) { ...P } } fragment P on TopupOrderConnection {
        edges { node { lines { id kind code label quantity credits periodStart periodEnd ${times(24, (index) => `a${index}: label`)} } } }
      }`,
    ),
  ],
  representations: [
    ...[1_501, 2_500].map((count) =>
      badInput(`${count}`, { query: ENTITIES, variables: { of: organizations(count) } }),
    ),
    badInput('260 twice', {
      query:
        'query ($of: [_Any!]!) { a: _entities(representations: $of) { __typename } b: _entities(representations: $of) { __typename } }',
      variables: { of: organizations(260) },
    }),
    invalid('250 whole pages', PAGES, { of: organizations(250) }),
    invalid(
      '100 pages of a hundred orders',
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { topupOrders(first: 100) { edges { node { id } } } } } }`,
      { of: organizations(100) },
    ),
    badInput('of no entity', { query: ENTITIES, variables: { of: [{ __typename: 'Query' }] } }),
    badInput('of no type', { query: ENTITIES, variables: { of: [{ __typename: '__proto__', id: '1' }] } }),
    badInput('that are no objects', { query: ENTITIES, variables: { of: [7, null, 'Organization'] } }),
  ],
  variables: [
    ...[1_501, 2_500].map((count) => badInput(`${count} items`, create({ items: items(count) }))),
    badInput('40,000 items', create({ items: Array.from({ length: 40_000 }, () => ({})) })),
    badInput('6,000 members', {
      query: QUERY,
      variables: Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`v${index}`, 1])),
    }),
    badInput('a key of 100 KB', create({ idempotencyKey: 'x'.repeat(100_000) })),
    badInput('a key of 3 KB', create({ idempotencyKey: 'x'.repeat(3_000) })),
    badInput('a quantity of 100,000 digits', create({ items: [{ optionId: '1', quantity: '9'.repeat(100_000) }] })),
    badInput('many strings of 2 KB', {
      query: QUERY,
      variables: { of: Array.from({ length: 40 }, () => 'x'.repeat(2_000)) },
    }),
    badInput('a name of 70 KB', { query: QUERY, variables: { ['x'.repeat(70_000)]: 1 } }),
    badInput('a size that cannot become a number', {
      query: 'query ($n: Int) { topupOrders(first: $n) { totalCount } }',
      variables: { n: { toString: 1 } },
    }),
  ],
  'nesting of variables': [
    badBody('lists, 60,000', `{"query":"${QUERY}","variables":{"of":${JSON_LISTS}}}`, 400, 'BAD_USER_INPUT'),
    badBody(
      'objects, 20,000',
      `{"query":"${QUERY}","variables":${nested(20_000, '{"a":', '1', '}')}}`,
      400,
      'BAD_USER_INPUT',
    ),
    badInput('lists, 9', { query: QUERY, variables: { of: JSON.parse(nested(9, '[', '1', ']')) } }),
  ],
  'beside the document': [
    badInput('a name of an operation', { query: QUERY, operationName: 'x'.repeat(100_000) }),
    badInput('extensions', { query: QUERY, extensions: { x: 'x'.repeat(100_000) } }),
    badInput('extensions of 10,000 members', {
      query: QUERY,
      extensions: { x: Array.from({ length: 10_000 }, () => 1) },
    }),
    badBody('nested extensions', `{"query":"${QUERY}","extensions":{"x":${JSON_LISTS}}}`, 400, 'BAD_USER_INPUT'),
  ],
  bodies: [
    badBody('a batch of two', JSON.stringify([{ query: QUERY }, { query: QUERY }]), 400, 'BAD_REQUEST'),
    badBody(
      'a batch of 3,000',
      JSON.stringify(Array.from({ length: 3_000 }, () => ({ query: QUERY }))),
      400,
      'BAD_REQUEST',
    ),
    badBody('an empty batch', '[]', 400, 'BAD_REQUEST'),
    badBody('lists, 65,000', nested(65_000, '[', '1', ']'), 400, 'BAD_REQUEST'),
    badBody('more than 128 KB', JSON.stringify({ query: QUERY, padding: 'x'.repeat(132_000) }), 413, 'BAD_REQUEST'),
    {
      name: 'a GET',
      send: { search: `?query=${encodeURIComponent(`{ ${times(60, (index) => `a${index}: __typename`)} }`)}` },
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
    {
      name: 'a GET with variables',
      send: {
        search: `?query=${encodeURIComponent(QUERY)}&variables=${encodeURIComponent(JSON.stringify({ a: 'x'.repeat(3_000) }))}`,
      },
      status: 400,
      code: 'BAD_USER_INPUT',
    },
  ],
};
