import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { until } from '../../support/app/purchase.ts';
import type { TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { prepareDatabase } from '../../support/processes/replica.ts';
import { createRandom } from '../../support/tools/random.ts';
import { assertNothingLost, mailsByOrder, untilAtRest } from './at-rest.ts';
import { Buyer, untilAnswered } from './buyer.ts';
import { type Cluster, startCluster } from './cluster.ts';

const ORDERS = 60;
const BUYERS = 6;
const KILLS = 6;
const seed = Number(process.env['RANDOM_KILLS_SEED'] ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let postgres: Postgres;
let db: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  const webhookRetryDelaysMs = Array<number>(1000).fill(300);
  // A PostgreSQL server of its own, to be killed: the other tests continue beside this one.
  [postgres, sandbox] = await Promise.all([
    startPostgres({ directory: join(tmpdir(), `self-topup-kills-${process.pid}`) }),
    startSandbox({ webhookRetryDelaysMs }),
    buildOnce(),
  ]);
  db = connectTo(postgres.url);
  await prepareDatabase(db);
}, 120_000);

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
  await postgres?.stop();
});

/** Connections that break with the server are replaced. */
function connectTo(url: string): TestDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return {
    url,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    drop: () => pool.end(),
  };
}

const upTo = (ms: number) => sleep(random.below(ms));

interface Counts {
  kills: number;
  duplicates: number;
}

/** One buyer after the other, each with an organization of its own. */
async function shop(cluster: Cluster, buyers: Buyer[], counts: Counts): Promise<void> {
  while (buyers.length < ORDERS) {
    const organizationId = addOrganization(sandbox, '1001');
    const token = await sandbox.auth.token({ organization_id: organizationId });
    const buyer = new Buyer(organizationId, token, { agent_extra: '4', muv: '500' });
    buyers.push(buyer);
    const urls = random.below(2) === 0 ? cluster.urls : cluster.urls.toReversed();
    await untilAnswered(urls, (url) => buyer.create(url));
    await untilAnswered(urls, (url) => buyer.confirm(url));
    const { number } = buyer.order;
    await until(
      async () => sandbox.mekariPay.invoice(number),
      (invoice) => invoice !== undefined,
    );
    // Sends the webhook and its copies to both replicas at once; unanswered ones come again.
    const webhooks = urls.map((url) => `${url}/webhooks/mekari-pay`);
    sandbox.mekariPay.setWebhookUrl(webhooks[0]);
    const paying = sandbox.mekariPay.pay(number);
    const times = 1 + random.below(4);
    counts.duplicates += times;
    await Promise.all([paying, sandbox.mekariPay.resend(number, { times, concurrency: times, urls: webhooks })]);
    await upTo(2000);
  }
}

/** Kills a replica at a random moment of each stretch of the orders; in the middle PostgreSQL dies under both. */
async function kill(cluster: Cluster, buyers: Buyer[], counts: Counts): Promise<void> {
  const stretch = ORDERS / KILLS;
  for (; counts.kills < KILLS; counts.kills += 1) {
    const begun = counts.kills * stretch + random.below(stretch);
    await until(
      async () => buyers.length,
      (length) => length > begun,
    );
    await upTo(300);
    if (counts.kills === KILLS / 2) {
      await cluster.untilBothLive();
      await postgres.restart();
    }
    await cluster.killOne();
  }
}

test('every paid order is credited and booked once, while replicas and the database are killed at random under load', async ({
  annotate,
}) => {
  await annotate(`RANDOM_KILLS_SEED=${seed}`);
  const startedAt = performance.now();
  const env = { RECONCILE_INTERVAL_SECONDS: '5' };
  const cluster = await startCluster({ db, sandbox }, env, random);
  const buyers: Buyer[] = [];
  const counts: Counts = { kills: 0, duplicates: 0 };
  let overAt = 0;
  const work = async () => {
    const shopping = Array.from({ length: BUYERS }, () => shop(cluster, buyers, counts));
    await Promise.all([kill(cluster, buyers, counts), ...shopping]);
    overAt = performance.now();
    await cluster.untilBothLive();
    await untilAtRest(db, { COMPLETED: buyers.map(({ order }) => order.number) });
  };
  await Promise.race([work(), cluster.failure]);

  const credited = await assertNothingLost({ db, sandbox }, buyers.length);
  // Each buyer bought 4 seats and 500 visitors.
  expect(credited).toBe(String(buyers.length * 504));
  const mails = mailsByOrder(sandbox);
  for (const kind of ['payment_received', 'invoice_booked'])
    expect(Object.keys(mails).filter((name) => name.endsWith(`.${kind}`))).toHaveLength(buyers.length);
  expect(await cluster.end()).toEqual([0, 0]);

  const webhooks = sandbox.mekariPay.deliveries().reduce((sum, { attempts }) => sum + attempts.length, 0);
  const seconds = [overAt - startedAt, performance.now() - overAt].map((ms) => (ms / 1000).toFixed(1));
  console.log(
    `seed ${seed}: ${buyers.length} orders, ${webhooks} webhooks, ${counts.duplicates} of them sent twice on purpose,` +
      ` ${counts.kills} kills, 1 restart of PostgreSQL, ${seconds[0]} s and ${seconds[1]} s until at rest, ${credited} units credited`,
  );
}, 240_000);
