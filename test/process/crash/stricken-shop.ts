import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { startSandbox } from '../../../sandbox/index.ts';
import type { Postgres } from '../../../sandbox/postgres/postgres.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { until } from '../../support/app/purchase.ts';
import type { TestDatabase } from '../../support/database/database.ts';
import { type DatabaseWire, startDatabaseWire } from '../../support/database/database-wire.ts';
import { buildOnce } from '../../support/processes/built.ts';
import { prepareDatabase, type Replica, startReplica } from '../../support/processes/replica.ts';
import { assertNothingLost, untilAtRest } from './at-rest.ts';
import { Buyer, untilAnswered } from './buyer.ts';

/** Two replicas and their database, which a test strikes while buyers buy. */
export interface StrickenShop {
  postgres: Postgres;
  wire: DatabaseWire;
  replicas: readonly Replica[];
  /** The database as an administrator reaches it, past the wire. */
  admin: TestDatabase;
  /** After a failover: the administrator's way to the new primary. */
  administer(databaseUrl: string): Promise<void>;
  /**
   * Strikes in the middle of the trade. `strike` resolves when the database takes writes on a new connection again. Then waits
   * until everything works on both replicas, and every paid order is credited and booked once. Prints the seconds of each.
   */
  survive(name: string, strike: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const BUYERS = 4;
const PAUSE_MS = 500;

export async function openShop(postgres: Postgres): Promise<StrickenShop> {
  const webhookRetryDelaysMs = Array<number>(1000).fill(300);
  const [sandbox] = await Promise.all([startSandbox({ webhookRetryDelaysMs }), buildOnce()]);
  const wire = await startDatabaseWire(postgres.url);
  let admin = connectTo(postgres.url);
  await prepareDatabase(admin);
  const start = () => startReplica({ db: wire, sandbox }, { RECONCILE_INTERVAL_SECONDS: '2' });
  const replicas = await Promise.all([start(), start()]);
  const urls = replicas.map(({ url }) => url);
  const buyers: Buyer[] = [];
  const rows: string[] = [];

  /** A new organization's order, confirmed and with an invoice. */
  async function order(): Promise<Buyer> {
    const organizationId = addOrganization(sandbox, '1001');
    const token = await sandbox.auth.token({ organization_id: organizationId });
    const buyer = new Buyer(organizationId, token, { agent_extra: '4', muv: '500' });
    buyers.push(buyer);
    await untilAnswered(urls, (url) => buyer.create(url));
    await untilAnswered(urls, (url) => buyer.confirm(url));
    await until(
      async () => sandbox.mekariPay.invoice(buyer.order.number),
      (invoice) => invoice !== undefined,
    );
    return buyer;
  }

  /** Webhooks go to both replicas in turn; every third payment is left to the poll. */
  async function shop(isOver: () => boolean): Promise<void> {
    for (let count = 0; !isOver(); count += 1) {
      const { number } = (await order()).order;
      sandbox.mekariPay.setWebhookUrl(`${urls[count % urls.length]}/webhooks/mekari-pay`);
      await sandbox.mekariPay.pay(number, { webhook: count % 3 !== 2 });
      await sleep(PAUSE_MS);
    }
  }

  const untilStatus = (number: string, ...statuses: string[]) =>
    until(
      () => admin.query<{ status: string }>('select status from topup_orders where number = $1', [number]),
      ([row]) => row !== undefined && statuses.includes(row.status),
    );

  const untilReady = (url: string) =>
    until(
      () => untilAnswered([url], async () => (await fetch(`${url}/readyz`)).json() as Promise<ReadyAnswer>),
      ({ status, checks }) => status === 'ok' && checks.jobs === 'running',
    );

  /** Measures from now. */
  async function recover(toSettle: Buyer, toPoll: Buyer): Promise<string> {
    const startedAt = performance.now();
    const seconds = async (work: Promise<unknown>) => {
      await work;
      return ((performance.now() - startedAt) / 1000).toFixed(1);
    };
    const page = (url: string) => untilAnswered([url], () => toSettle.at(url).query('{ topupOrders { totalCount } }'));
    const { number } = toSettle.order;
    void sandbox.mekariPay.pay(number);
    await sandbox.mekariPay.pay(toPoll.order.number, { webhook: false });
    const figures = await Promise.all([
      seconds(Promise.all(urls.map(page))),
      seconds(untilStatus(number, 'PAID', 'COMPLETED')),
      seconds(untilStatus(toPoll.order.number, 'PAID', 'COMPLETED')),
      seconds(untilStatus(number, 'COMPLETED')),
      seconds(Promise.all(urls.map(untilReady))),
    ]);
    return figures.join(' | ');
  }

  return {
    postgres,
    wire,
    replicas,
    get admin() {
      return admin;
    },
    async administer(databaseUrl) {
      await admin.drop();
      admin = connectTo(databaseUrl);
    },
    async survive(kind, strike) {
      const [toSettle, toPoll] = [await order(), await order()];
      const before = buyers.length;
      let isOver = false;
      const shopping = Promise.all(Array.from({ length: BUYERS }, () => shop(() => isOver)));
      await until(
        async () => buyers.length,
        (length) => length > before + 2 * BUYERS,
      );
      await strike();
      const underWay = buyers.length - before;
      const figures = await recover(toSettle, toPoll);
      isOver = true;
      await shopping;
      await untilAtRest(admin, { COMPLETED: buyers.map((buyer) => buyer.order.number) });
      const credited = await assertNothingLost({ db: admin, sandbox }, buyers.length);
      // Each buyer bought 4 seats and 500 visitors.
      expect(credited).toBe(String(buyers.length * 504));
      rows.push(`| ${kind} | ${figures} | ${underWay} | 0 |`);
    },
    async stop() {
      console.log(['| outage | page | webhook | poll | job | ready | orders | lost or doubled |', ...rows].join('\n'));
      for (const { process } of replicas) process.signal('SIGTERM');
      const ends = await Promise.all(replicas.map(({ process }) => process.finished));
      await sandbox.stop();
      await wire.stop();
      await admin.drop();
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    },
  };
}

interface ReadyAnswer {
  status: string;
  checks: { jobs: string };
}

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
