import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { endStarted } from '../../support/processes/built.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';
import { openShop, type StrickenShop } from './stricken-shop.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const OUTAGE_MS = 20_000;
let postgres: Postgres;
let shop: StrickenShop;

beforeAll(async () => {
  postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-server-outages-${process.pid}`) });
  shop = await openShop(postgres);
});

afterAll(async () => {
  try {
    await shop?.stop();
  } finally {
    await endStarted();
    await postgres?.stop();
  }
});

async function configure(setting: string): Promise<void> {
  await shop.admin.query(`alter system ${setting}`);
  await shop.admin.query('select pg_reload_conf()');
}

/** Repeats a statement of the administrator's until the time is over. */
async function repeat(statement: string): Promise<void> {
  const end = performance.now() + OUTAGE_MS;
  while (performance.now() < end) {
    await shop.admin.query(statement);
    await sleep(50);
  }
}

const REPLICAS = `from pg_stat_activity where pid <> pg_backend_pid() and application_name like 'self-topup%'`;

test('PostgreSQL takes no writes for a while, as in a switchover', () =>
  shop.survive('read-only for 20 s', async () => {
    await configure('set default_transaction_read_only = on');
    await sleep(OUTAGE_MS);
    for (const { url } of shop.replicas) {
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ checks: { database: 'read_only', jobs: 'restarting' } });
      const metrics = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
      const read = (metric: string) => metrics.filter(({ name }) => name === metric);
      const runners = read('job_runner_up').map(({ labels, value }) => [labels['runner'], value]);
      expect(Object.fromEntries(runners)).toEqual({ money: 0, bookings: 0, mails: 0, 'first-mails': 0, events: 0 });
      expect(Math.max(...read('job_runner_restarts_total').map(({ value }) => value))).toBeGreaterThan(0);
    }
    await configure('reset default_transaction_read_only');
  }));

test("all of the server's connections are taken", () =>
  shop.survive('all connections taken for 20 s', async () => {
    const taken: pg.Client[] = [];
    let isOver = false;
    const take = async () => {
      while (!isOver) {
        const client = new pg.Client({ connectionString: postgres.url });
        client.on('error', () => undefined);
        await client.connect().then(
          () => taken.push(client),
          () => sleep(10),
        );
      }
    };
    const takers = [take(), take(), take(), take()];
    // Connections that the replicas have would keep them going.
    await sleep(1000);
    await shop.admin.query(`select pg_terminate_backend(pid) ${REPLICAS}`);
    await sleep(OUTAGE_MS);
    isOver = true;
    await Promise.all(takers);
    await Promise.all(taken.map((client) => client.end()));
  }));

test('every connection is terminated, again and again', () =>
  shop.survive('connections terminated for 20 s', () => repeat(`select pg_terminate_backend(pid) ${REPLICAS}`)));

test('every statement is cancelled, as by a short timeout', () =>
  shop.survive('statements cancelled for 20 s', () => repeat(`select pg_cancel_backend(pid) ${REPLICAS}`)));

test('a lock on the queue lasts longer than any statement waits, as in a vacuum full', () =>
  shop.survive('queue locked for 20 s', async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query('begin');
    await client.query('lock table graphile_worker._private_jobs in access exclusive mode');
    await sleep(OUTAGE_MS);
    await client.end();
  }));
