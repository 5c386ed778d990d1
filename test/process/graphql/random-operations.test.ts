import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpNeighbour } from '../../../sandbox/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { createTestClient, type GraphqlAnswer, type TestClient } from '../../support/app/test-client.ts';
import { misfitsOf } from '../../support/graphql/operations/conforms.ts';
import { generateOperation, type Operation } from '../../support/graphql/operations/generate.ts';
import type { Existing } from '../../support/graphql/operations/values.ts';
import { mend, NEIGHBOUR_FAULTS } from '../../support/neighbours/neighbour-faults.ts';
import { createRandom } from '../../support/tools/random.ts';

const SDL = readFileSync(new URL('../../../schema/subgraph.graphql', import.meta.url), 'utf8');
/** The committed SDL with the fields for a gateway, built apart from the server's own. */
const schema = buildSubgraphSchema(parse(SDL));

const random = createRandom(Number(process.env['SEED'] ?? Date.now() % 2 ** 31));
const OPERATIONS = 5000;
const CONNECTIONS = 12;
/** The last operations run while the neighbours fail, this many for each fault. */
const EACH_FAULT = 150;
const FAULTS = [
  'refuses connections',
  'breaks the connection',
  'answers 500',
  'answers half of its JSON',
  'answers another shape',
];
/** The codes of errors.md, without the masked one. */
const MEANT = ['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];

let app: TestApp;
let callers: TestClient[];
let existing: Existing;
/** Drafts that the test has added. */
let offered = 0;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  const admins = await Promise.all(
    ['1001', '1001', '1001', '1001', '1002', '1004'].map((id) => app.client({ organization_id: id })),
  );
  const [admin] = admins;
  if (admin === undefined) throw new Error('there is no admin');
  callers = [
    ...admins,
    await app.client({ scope: 'topup:read' }),
    await app.client({ scope: 'topup:support', sub: 'support-1' }),
    await app.client({ scope: '' }),
    createTestClient(app.url, ''),
  ];
  await confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1000000' }));
  const { topupOrders } = await admin.query('{ topupOrders { edges { cursor } } }');
  existing = {
    orders: [],
    cursors: topupOrders.edges.map(({ cursor }: { cursor: string }) => cursor),
    keys: [],
  };
  await look();
});

afterAll(() => app.close());

/** The newest drafts, which can be confirmed and cancelled, and the newest of the other orders. */
async function look(): Promise<void> {
  existing.orders = await app.db.query(`select id, total::text from (
    select id, total, row_number() over (partition by status = 'DRAFT' order by created_at desc) as age from topup_orders) newest
    where age <= 6`);
}

/** The reason of a failed field, from the log: the answer itself is masked. */
function causesOf(correlationId: unknown): string[] {
  const lines = app.logs.filter((line) => line['event'] === 'field_failed' && line['correlationId'] === correlationId);
  return lines.map((line) => JSON.stringify(line['err']));
}

/** The faults of an answer, one line each. */
function wrongsOf({ query, variables }: Operation, answer: GraphqlAnswer<undefined>, hubCoreFails: boolean): string[] {
  const { status, data, errors = [] } = answer;
  if (status >= 500) return [`status ${status}`];
  const unmeant = errors.filter(({ extensions }) => !MEANT.includes(String(extensions['code'])));
  const causes = unmeant.length > 0 ? causesOf(answer.correlationId) : [];
  // A read that needs hub-core fails while it is down (errors.md 2).
  const isOurs = unmeant.length > 0 && !(hubCoreFails && causes.every((cause) => cause.includes('hub-core')));
  if (isOurs) return [...unmeant.map((error) => JSON.stringify(error)), ...causes];
  if (data == null) return errors.length > 0 ? [] : ['neither data nor errors'];
  return misfitsOf(schema, parse(query), variables, data);
}

/** Creations that are generated are mostly refused: so that there is something to confirm, cancel and submit, the test adds drafts. */
async function offerDraft(): Promise<void> {
  const [row] = await app.db.query<{ drafts: number }>(
    `select count(*)::int as drafts from topup_orders where status = 'DRAFT' and organization_id = '1001'`,
  );
  const [admin] = callers;
  if (admin === undefined || (row?.drafts ?? 0) >= 4) return;
  await createOrder(admin, '1001', { muv: '500' });
  offered += 1;
}

async function run(
  count: number,
  hubCoreFails: boolean,
  offersDrafts = false,
): Promise<{ executed: number; failures: string[] }> {
  const result = { executed: 0, failures: [] as string[] };
  let left = count;
  const connection = async () => {
    while (left > 0 && result.failures.length === 0) {
      left -= 1;
      const operation = generateOperation(schema, random, existing);
      const invalid = validate(schema, parse(operation.query)).map(({ message }) => message);
      if (invalid.length > 0) throw new Error(`The generator is wrong: ${invalid.join('; ')}\n${operation.query}`);
      const answer = await random.oneOf(callers).send(operation.query, operation.variables);
      if (answer.status === 200 && answer.data !== undefined) result.executed += 1;
      if (left % 50 === 0) {
        if (offersDrafts) await offerDraft();
        await look();
      }
      const wrongs = wrongsOf(operation, answer, hubCoreFails);
      if (wrongs.length > 0) {
        result.failures.push(
          `seed ${random.seed}: ${wrongs.join('\n')}\n${operation.query}\n${JSON.stringify(operation.variables)}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return result;
}

test('5,000 random operations cause no fault of ours, and every answer fits its request', {
  timeout: 600_000,
}, async () => {
  const { hubCore, mekariBilling, mekariPay } = app.sandbox;
  const broken = [mekariBilling, mekariPay, hubCore].flatMap((neighbour: HttpNeighbour) =>
    FAULTS.map((fault) => ({ neighbour, fault })),
  );
  const first = await run(OPERATIONS - broken.length * EACH_FAULT, false, true);
  expect(first.failures).toEqual([]);
  let { executed } = first;
  for (const { neighbour, fault } of broken) {
    await NEIGHBOUR_FAULTS[fault]?.(neighbour);
    const round = await run(EACH_FAULT, neighbour === hubCore);
    expect(round.failures, `${neighbour.url} ${fault}`).toEqual([]);
    executed += round.executed;
    await mend(neighbour);
  }
  expect(executed).toBeGreaterThan(OPERATIONS * 0.6);
  // The operations placed and moved orders: not all were refused.
  const events = await app.db.query<{ status: string; times: number }>(
    'select to_status as status, count(*)::int as times from topup_order_events group by to_status',
  );
  const times = Object.fromEntries(events.map(({ status, times }) => [status, times]));
  times['DRAFT'] = (times['DRAFT'] ?? 0) - offered;
  for (const status of ['DRAFT', 'PENDING_PAYMENT', 'CANCELLED']) expect(times[status], status).toBeGreaterThan(2);
});
