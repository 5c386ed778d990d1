import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { until } from '../../support/app/purchase.ts';
import { type Server, type Standby, startStandby } from '../../support/database/standby.ts';
import { endStarted } from '../../support/processes/built.ts';
import { openShop, type StrickenShop } from './stricken-shop.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const directory = (name: string) => join(tmpdir(), `self-topup-failover-${name}-${process.pid}`);
let postgres: Postgres;
let shop: StrickenShop;
/** The last one is the primary after the failovers so far. */
const standbys: Standby[] = [];

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory('first') });
  shop = await openShop(postgres);
});

afterAll(async () => {
  try {
    await shop?.stop();
  } finally {
    await endStarted();
    for (const standby of standbys) await standby.stop();
    await postgres?.stop();
  }
});

const primary = (): Server => standbys.at(-1) ?? { url: postgres.url, directory: directory('first') };

async function addStandby(name: string): Promise<Standby> {
  const standby = await startStandby(primary(), directory(name));
  standbys.push(standby);
  return standby;
}

async function moveTo(standby: Standby): Promise<void> {
  await standby.promote();
  await shop.administer(standby.url);
  shop.wire.pointTo(standby.url);
  shop.wire.setOpen(true);
}

test('the primary dies without a word, and its standby is promoted', async () => {
  const standby = await addStandby('second');
  await shop.survive('primary dies, standby promoted', async () => {
    shop.wire.silence();
    shop.wire.setOpen(false);
    await postgres.stop();
    await moveTo(standby);
  });
});

test('the primary is demoted and leaves its connections open, which answer reads and refuse writes', async () => {
  const standby = await addStandby('third');
  await shop.survive('primary demoted, connections stay open', async () => {
    await shop.admin.query('alter system set default_transaction_read_only = on');
    await shop.admin.query('select pg_reload_conf()');
    // Transactions that began before that end, and the standby gets them.
    await until(
      () =>
        shop.admin.query(
          `select from pg_stat_activity, pg_stat_replication replica where xact_start < now() - interval '0.5 s' or replay_lsn < pg_current_wal_lsn()`,
        ),
      (rows) => rows.length === 0,
    );
    await moveTo(standby);
  });
});
