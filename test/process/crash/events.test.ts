import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { type EventReceiver, type ReceivedEvent, startEventReceiver } from '../../support/http/event-receiver.ts';
import { buildOnce, endStarted, runBuilt } from '../../support/processes/built.ts';
import { prepareDatabase } from '../../support/processes/replica.ts';
import { createRandom } from '../../support/tools/random.ts';
import { Buyer, untilAnswered } from './buyer.ts';
import { type Cluster, startCluster } from './cluster.ts';

const ORDERS = 24;
const BUYERS = 4;
/** Both replicas die as the event of this number arrives: its sender gets no answer, or has no time to store it. */
const DEADLY = [7, 31, 60];
/** Each order is created, confirmed, paid, booked, and paid once more, which moves nothing. */
const STEPS = [1, 2, 3, 4, 5];
const seed = Number(process.env['RANDOM_KILLS_SEED'] ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let db: TestDatabase;
let sandbox: Sandbox;
let receiver: EventReceiver;

beforeAll(async () => {
  const webhookRetryDelaysMs = Array<number>(1000).fill(300);
  [db, sandbox, receiver] = await Promise.all([
    createDatabase(),
    startSandbox({ webhookRetryDelaysMs }),
    startEventReceiver(),
    buildOnce(),
  ]);
  await prepareDatabase(db);
}, 120_000);

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await receiver?.stop();
  await db?.drop();
});

async function shop(cluster: Cluster, buyers: Buyer[]): Promise<void> {
  while (buyers.length < ORDERS) {
    const organizationId = addOrganization(sandbox, '1001');
    const token = await sandbox.auth.token({ organization_id: organizationId });
    const buyer = new Buyer(organizationId, token, { muv: '500' });
    buyers.push(buyer);
    await untilAnswered(cluster.urls, (url) => buyer.create(url));
    await untilAnswered(cluster.urls, (url) => buyer.confirm(url));
    const { number } = buyer.order;
    await until(
      async () => sandbox.mekariPay.invoice(number),
      (invoice) => invoice !== undefined,
    );
    await sandbox.mekariPay.pay(number);
    await until(
      () => db.query('select 1 from topup_orders where number = $1 and paid_at is not null', [number]),
      (paid) => paid.length === 1,
    );
    await sandbox.mekariPay.payPart(number, { amount: 1000 });
  }
}

/** The first takes longer to come back than the other lives. */
async function killBoth(cluster: Cluster): Promise<void> {
  await cluster.killOne();
  await cluster.killOne();
}

const byOrder = (events: readonly ReceivedEvent[]) => Map.groupBy(events, ({ data }) => data.number);
const sequences = (events: readonly ReceivedEvent[] = []) => events.map(({ data }) => data.sequence);

test('every step of every order arrives, in the order of its order, while the replicas that send them are killed', async ({
  annotate,
}) => {
  await annotate(`RANDOM_KILLS_SEED=${seed}`);
  const subscribed = await runBuilt(
    'server/commands/events.js',
    ['subscribe', '--url', `${receiver.url}/hooks`, '--all-organizations', '--json'],
    { DATABASE_URL: db.url, EVENT_INTERNAL_HOSTS: '127.0.0.1' },
  );
  expect(subscribed).toMatchObject({ code: 0, stderr: '' });
  const cluster = await startCluster({ db, sandbox }, { EVENT_INTERNAL_HOSTS: '127.0.0.1' }, random);
  sandbox.mekariPay.setWebhookUrl(`${cluster.urls[0]}/webhooks/mekari-pay`);
  const kills: Promise<void>[] = [];
  let answered = 0;
  receiver.answerWith(() => (response) => {
    answered += 1;
    if (!DEADLY.includes(answered)) return response.writeHead(204).end();
    const isAnswered = random.below(2) === 0;
    if (isAnswered) response.writeHead(204).end();
    kills.push(killBoth(cluster).then(() => void response.destroy()));
  });

  const buyers: Buyer[] = [];
  const isComplete = () => {
    const orders = byOrder(receiver.received);
    return orders.size === ORDERS && [...orders.values()].every((events) => sequences(events).includes(STEPS.length));
  };
  const work = async () => {
    await Promise.all(Array.from({ length: BUYERS }, () => shop(cluster, buyers)));
    await until(
      async () => isComplete(),
      (isDone) => isDone,
    );
  };
  await Promise.race([work(), cluster.failure]);
  await Promise.all(kills);

  const orders = byOrder(receiver.received);
  for (const buyer of buyers) {
    const events = orders.get(buyer.order.number) ?? [];
    // A repeat comes at once after the first copy, before any later step, and has its id.
    expect(sequences(events)).toEqual(sequences(events).toSorted((a, b) => a - b));
    expect([...new Set(sequences(events))]).toEqual(STEPS);
    expect(new Set(events.map(({ id }) => id)).size).toBe(STEPS.length);
    const ofPayment = events.filter(({ type }) => type === 'topup_order.payment_received');
    expect(new Set(sequences(ofPayment)).size).toBe(1);
  }
  expect(kills).toHaveLength(DEADLY.length);
  await until(
    () => db.query('select 1 from event_deliveries where due_at is not null'),
    (waiting) => waiting.length === 0,
  );
  const copies = receiver.received.length - ORDERS * STEPS.length;
  console.log(`seed ${seed}: ${ORDERS} orders, ${receiver.received.length} events of which ${copies} repeats, 6 kills`);
  expect(await cluster.end()).toEqual([0, 0]);
}, 240_000);
