import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PaymentsReceived1765800000000 } from '../migrations/1765800000000-payments-received.ts';
import { PaymentsFromTheInbox1765810000000 } from '../migrations/1765810000000-payments-from-the-inbox.ts';
import { migrations } from '../migrations/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { entities } from '../src/app/entities.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { seconds, time } from './grow/compare.ts';
import { fillOrders } from './grow/fill-orders.ts';
import { rowsBeforePayments } from './grow/fill-related.ts';
import { figuresOf } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';
import { startTraffic, type Traffic, type Waits } from './payments-migration/traffic.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'payments-migration.md');
const WITHOUT_MIGRATION_MS = 15_000;
const AFTER_QUEUE_MS = 500;
const upTo = (last: (typeof migrations)[number]) => migrations.slice(0, migrations.indexOf(last) + 1);
const BEFORE = migrations.slice(0, migrations.indexOf(PaymentsReceived1765800000000));

interface Phase {
  name: string;
  seconds: number;
  waits: Waits[];
}

/**
 * Fills a database as the version before payments had rows left it, with 1,000,000 orders by default, and gives the orders their
 * rows while pages are read and payments arrive.
 */
export async function benchPaymentsMigration([given = '1000000']: readonly string[]): Promise<void> {
  const orders = Number(given);
  if (!Number.isInteger(orders) || orders < 2000) throw new Error('orders: at least 2000');
  const extent = { orders, organizations: orders / 10, largestHasOneIn: 50 };
  const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
  try {
    const { url } = postgres;
    await migrate({ url, entities, migrations: BEFORE });
    const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 1, statementTimeoutMs: 0 });
    console.log(`filled in ${seconds(await time(() => fillOrders(database, extent, rowsBeforePayments)))} s`);
    const load = loadavg()[0] ?? 0;
    const traffic = await startTraffic(url, extent);
    const phases = await migrateUnder(traffic, url);
    await traffic.stop();
    const [counted]: { events: string; payments: string; lacking: string; version: string }[] =
      await database.query(COUNTS);
    await database.destroy();
    if (Number(counted?.lacking) > 0) throw new Error(`${counted?.lacking} payments have no row`);
    write(text(phases, { ...counted, orders, load }));
  } finally {
    await postgres.stop();
  }
}

/** Settlements during the run are by the version before: the poll of the new one adds its rows. */
const COUNTS = `select current_setting('server_version') as version,
  (select count(*) from payment_events) as events, (select count(*) from order_payments) as payments,
  (select count(*) from payment_events event where outcome in ('settled', 'review') and received_at < now() - interval '1 hour'
     and not exists (select from order_payments where id = event.id)) as lacking`;

async function migrateUnder(traffic: Traffic, url: string): Promise<Phase[]> {
  const phase = async (name: string, work: () => Promise<unknown>): Promise<Phase> => {
    traffic.take();
    const ms = await time(work);
    const found = { name, seconds: ms / 1000, waits: traffic.take() };
    console.log(
      name,
      seconds(ms),
      found.waits.map(({ kind, ms: each }) => `${kind} ${Math.max(...each).toFixed(1)}`),
    );
    return found;
  };
  return [
    await phase('no migration', () => sleep(WITHOUT_MIGRATION_MS)),
    await phase('tables change, behind a long reader', () => besideALongReader(url)),
    await phase('tables change', () => migrate({ url, entities, migrations: upTo(PaymentsReceived1765800000000) })),
    await phase('rows are filled', () =>
      migrate({ url, entities, migrations: upTo(PaymentsFromTheInbox1765810000000) }),
    ),
  ];
}

/** A backup reads the orders: the migration must give up, and pages must not queue behind it for long. */
async function besideALongReader(url: string): Promise<void> {
  const reader = new pg.Client({ connectionString: url });
  await reader.connect();
  await reader.query('begin; select from topup_orders limit 1');
  const patience = { seconds: 0 };
  const outcome = await migrate({ url, entities, migrations: upTo(PaymentsReceived1765800000000), patience }).then(
    () => 'migrated',
    (error: Error) => error.message,
  );
  await reader.query('rollback');
  await reader.end();
  // Those that queued are answered now: they waited in this phase.
  await sleep(AFTER_QUEUE_MS);
  if (!outcome.includes('gave up')) throw new Error(`the migration did not give up: ${outcome}`);
}

interface Facts {
  orders: number;
  events?: string;
  payments?: string;
  version?: string;
  load: number;
}

function text(phases: readonly Phase[], { orders, events, payments, version, load }: Facts): string {
  const rows = phases.flatMap(({ name, seconds: took, waits }) =>
    waits.map(({ kind, ms }) => {
      const { p50, p99, slowest } = figuresOf(ms, took);
      return [
        `${name}, ${took.toFixed(1)} s`,
        kind,
        String(ms.length),
        ...[p50, p99, slowest].map((each) => each.toFixed(1)),
      ];
    }),
  );
  const count = (of: string | number | undefined) => Number(of).toLocaleString('en');
  return `# Migration of payments

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${version} with its default settings, Node ${process.versions.node}. \`npm run bench -- payments-migration\`.
Its load average was ${load.toFixed(1)} before the migration began.

${count(orders)} orders with ${count(events)} events in the inbox get ${count(payments)} rows of payments, while two connections read histories,
one settles late payments, and one receives notices about paid orders, each 20 ms after its last answer. Milliseconds until the answer:

${table(['phase', 'of', 'count', 'median', '99 %', 'longest'], rows)}

Behind a long reader, such as a backup, the migration gives up after a second and changes nothing: pages that queue behind its lock wait as long.
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
