import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { launchReplica, prepareDatabase, type Replica, untilListening } from '../../support/processes/replica.ts';

/**
 * Representations come from the caller, in any shape. An unhandled rejection ends a Node process, so these tests call
 * the built server and check that it survives.
 */
let db: TestDatabase;
let sandbox: Sandbox;
let replica: Replica;
let admin: TestClient;
let nobody: TestClient;

beforeAll(async () => {
  await buildOnce();
  db = await createDatabase();
  sandbox = await startSandbox();
  await prepareDatabase(db);
  replica = await untilListening(launchReplica({ db, sandbox }));
  admin = createTestClient(replica.url, await sandbox.auth.token());
  nobody = createTestClient(replica.url, '');
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

const QUERY = /* GraphQL */ `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Organization {
        id
      }
      ... on TopupOption {
        code
      }
      ... on TopupOrder {
        number
      }
    }
  }
`;

const ORGANIZATION = { __typename: 'Organization', id: '1001' };
const OPTION = { __typename: 'TopupOption', id: '1001:muv' };
const ORDER = { __typename: 'TopupOrder', id: '00000000-0000-4000-8000-000000000000' };

async function ask(client: TestClient, representations: unknown[]) {
  const { status, data, errors } = await client.send(QUERY, { representations });
  return { status, data, codes: [...new Set(errors?.map(({ extensions }) => extensions['code']))] };
}

async function expectAlive(): Promise<void> {
  const { data, codes } = await ask(admin, [ORGANIZATION, OPTION]);
  expect({ data, codes }).toEqual({
    data: {
      _entities: [
        { __typename: 'Organization', id: '1001' },
        { __typename: 'TopupOption', code: 'muv' },
      ],
    },
    codes: [],
  });
  expect(replica.process.hasEnded).toBe(false);
}

test.each([
  ['an order, then an organization', [ORDER, ORGANIZATION]],
  ['an option, then an organization', [OPTION, ORGANIZATION]],
  ['many of each', Array.from({ length: 50 }, () => [ORDER, ORGANIZATION, OPTION]).flat()],
])('an anonymous request for %s gets null for each, and the server lives', async (_, representations) => {
  expect(await ask(nobody, representations)).toEqual({
    status: 200,
    data: { _entities: representations.map(() => null) },
    codes: ['UNAUTHENTICATED'],
  });
  await expectAlive();
});

test.each<[string, unknown]>([
  ['an invalid type', { __typename: 'Nothing', id: '1' }],
  ['a type that is no entity', { __typename: 'Money', id: '1' }],
  ['a root', { __typename: 'Query' }],
  ['a scalar', { __typename: 'Decimal' }],
  ['no type', { id: '1' }],
  ['a type that is no text', { __typename: { of: 'Organization' }, id: '1' }],
  ['a name of JavaScript', { __typename: '__proto__', id: '1' }],
  ['a number', 7],
  ['a list', [ORGANIZATION]],
])('a representation of %s is bad input, whatever stands beside it, and the server lives', async (_, odd) => {
  for (const client of [nobody, admin]) {
    const { codes } = await ask(client, [ORDER, odd, ORGANIZATION]);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  }
  await expectAlive();
});

test.each<[string, unknown]>([
  ['no id', undefined],
  ['null', null],
  ['a number that is not whole', 1001.5],
  ['a list', ['1001']],
  ['an object', { id: '1001' }],
  ['an object that cannot become text', { toString: 1 }],
  ['an empty text', ''],
  ['a NUL', '1001\u0000'],
  ['half a character', '1001\ud800'],
  ['2,000 characters', '1'.repeat(2_000)],
])('a reference whose id is %s answers null, for every entity', async (_, id) => {
  const representations = [ORGANIZATION, OPTION, ORDER].map((known) => ({ ...known, id }));
  expect(await ask(admin, representations)).toEqual({
    status: 200,
    data: { _entities: [null, null, null] },
    codes: [],
  });
  await expectAlive();
});
