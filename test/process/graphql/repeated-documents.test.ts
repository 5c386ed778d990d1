import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { launchReplica, prepareDatabase, type Replica, untilListening } from '../../support/processes/replica.ts';

/**
 * A frequent document is compiled. These documents once got another answer after that, or ended the process, so each is
 * sent to the built server more often than that, and the answer must stay the same.
 */
const TIMES = 30;

let db: TestDatabase;
let sandbox: Sandbox;
let replica: Replica;
let nobody: TestClient;
let admin: TestClient;

beforeAll(async () => {
  await buildOnce();
  db = await createDatabase();
  sandbox = await startSandbox();
  await prepareDatabase(db);
  replica = await untilListening(launchReplica({ db, sandbox }));
  nobody = createTestClient(replica.url, '');
  admin = createTestClient(replica.url, await sandbox.auth.token());
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

async function ask(client: TestClient, query: string, variables: Record<string, unknown>) {
  const { status, data, errors } = await client.send(query, variables);
  return { status, data, codes: errors?.map(({ extensions }) => extensions['code']) };
}

const MAGIC = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
const badInput = (status: number, data?: unknown) => ({ status, data, codes: ['BAD_USER_INPUT'] });

test.each<[string, string, Record<string, unknown>, unknown]>([
  [
    'a name where an id is expected, in a literal reference',
    `{ a: _entities(representations: [{__typename: Organization, id: x}]) { __typename }
      _entities(representations: [{__typename: Organization, id: ${MAGIC}nope}]) { __typename } }`,
    {},
    { status: 200, data: { a: [null], _entities: [null] }, codes: undefined },
  ],
  [
    'null for a boolean with a default',
    'query ($b: Boolean = true) { topupOptions @include(if: $b) { id } }',
    { b: null },
    badInput(200, null),
  ],
  [
    'null for a boolean with a default, below the root',
    'query ($b: Boolean = true) { topupOrders { totalCount @skip(if: $b) } }',
    { b: null },
    badInput(200, { topupOrders: null }),
  ],
  [
    'null for an id with a default',
    'query ($id: ID = "1") { topupOrder(id: $id) { id } }',
    { id: null },
    badInput(200, { topupOrder: null }),
  ],
  [
    'null for an id of an input',
    'mutation ($id: ID = "1") { cancelTopupOrder(input: { orderId: $id }) { userErrors { code } } }',
    { id: null },
    badInput(200, { cancelTopupOrder: null }),
  ],
  [
    'null for a total of an input',
    `mutation ($total: Decimal = "1") {
      confirmOrder(input: { orderId: "1", expectedTotal: $total, idempotencyKey: "k" }) { userErrors { code } } }`,
    { total: null },
    badInput(200, { confirmOrder: null }),
  ],
  [
    'null within a list of representations',
    'query ($r: _Any = 1) { _entities(representations: [$r]) { __typename } }',
    { r: null },
    badInput(400),
  ],
  [
    'null within a list of statuses',
    'query ($s: TopupOrderStatus = PAID) { topupOrders(status: [$s]) { totalCount } }',
    { s: null },
    badInput(200, { topupOrders: null }),
  ],
  [
    'a variable with the name of a built-in',
    'query ($toString: [TopupOrderStatus!]!) { topupOrders(status: $toString) { totalCount } }',
    { toString: null },
    badInput(400),
  ],
  [
    'more variables that do not fit than an answer lists',
    'query ($s: [TopupOrderStatus!]!) { topupOrders(status: $s) { totalCount } }',
    { s: Array.from({ length: 100 }, () => 'NONE') },
    { status: 400, data: undefined, codes: Array.from({ length: 21 }, () => 'BAD_USER_INPUT') },
  ],
  [
    'an id by a variable within a literal reference',
    'query ($id: ID!) { _entities(representations: [{__typename: "Organization", id: $id}]) { ... on Organization { id } } }',
    { id: '1001' },
    { status: 200, data: { _entities: [{ id: '1001' }] }, codes: undefined },
  ],
  [
    'an integer id in a reference',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { id } } }',
    { r: [{ __typename: 'Organization', id: 1001 }] },
    { status: 200, data: { _entities: [{ id: '1001' }] }, codes: undefined },
  ],
])('a document answers the same thirty times: %s', async (_name, query, variables, expected) => {
  for (let time = 1; time <= TIMES; time += 1)
    expect(await ask(admin, query, variables), `time ${time}`).toEqual(expected);
  const first = await ask(nobody, query, variables);
  for (let time = 2; time <= TIMES; time += 1)
    expect(await ask(nobody, query, variables), `time ${time}`).toEqual(first);
  expect(replica.process.hasEnded).toBe(false);
  // None of them counts as a fault of ours.
  const lines = replica.process.output.stdout.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});
