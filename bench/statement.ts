import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrations } from '../migrations/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { entities } from '../src/app/entities.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { ROLES } from '../src/platform/database/roles.ts';
import { TenantDatabase } from '../src/platform/database/tenant-database.ts';
import { cursorOf } from '../src/platform/graphql/page.ts';
import type { RequestContext } from '../src/platform/server/request-context.ts';
import { createLogger } from '../src/platform/telemetry/logger.ts';
import { StatementLoaders, statementRoute } from '../src/statement/index.ts';
import { seconds, time } from './grow/compare.ts';
import { median } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'statement.md');
const FEW = 1000;
const RUNS = 200;
const CODE = 'wa_balance';
const log = createLogger('silent');

/** Pages and the CSV of an organization whose one quota has 1,000 entries, and of one that has a million by default. */
export async function benchStatement([given = '1000000']: readonly string[]): Promise<void> {
  const many = Number(given);
  if (!Number.isInteger(many) || many < FEW) throw new Error(`entries: at least ${FEW}`);
  const load = loadavg()[0] ?? 0;
  const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
  try {
    await migrate({ url: postgres.url, entities, migrations });
    const owner = await connectDatabase({
      url: postgres.url,
      entities: [],
      migrations: [],
      poolSize: 1,
      statementTimeoutMs: 0,
    });
    const callers = await connectDatabase({ url: postgres.url, entities, migrations, role: ROLES.runtime });
    const [version] = (await owner.query('show server_version')) as [{ server_version: string }];
    const sizes = [FEW, many];
    for (const entries of sizes) {
      console.log(`${entries}: filled in ${seconds(await time(() => fill(owner, entries)))} s`);
    }
    await owner.query('vacuum analyze');
    const columns = [];
    for (const entries of sizes) columns.push(await measure(new TenantDatabase(callers), owner, String(entries)));
    await callers.destroy();
    await owner.destroy();
    write(text(sizes, columns, { version: version.server_version, load }));
  } finally {
    await postgres.stop();
  }
}

/** An order per entry, all of this month; every thousandth entry of another quota. Past the triggers, which would take hours. */
async function fill(owner: DataSource, entries: number): Promise<void> {
  await owner.query('set session_replication_role = replica');
  await owner.query(
    `create temporary table wanted as select n, gen_random_uuid() as id, gen_random_uuid() as line, $1::text as organization,
       case when n % 1000 = 0 then 'muv' else '${CODE}' end as code,
       date_trunc('month', now()) + interval '1 day' + n * interval '1 second' as at
     from generate_series(1, $1::int) as n`,
    [entries],
  );
  for (const statement of FILL) await owner.query(statement);
  await owner.query('set session_replication_role = origin');
}

const FILL = [
  `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total, quote_expires_at,
     confirmed_at, payment_expires_at, paid_at, completed_at, paid_invoice_number, correlation_id, created_at)
   select id, organization || '-' || n, organization, 'PT', 'COMPLETED', 1000, 0, 1000, at, at, at, at, at, 'PI/' || n, 'bench', at from wanted`,
  `insert into topup_order_lines (id, order_id, position, kind, quota_code, label, quota_type, billing_version_for_pi, quantity,
     multiplier, credits, unit_price, amount)
   select line, id, 0, 'TOPUP', code, code, 'lifetime', 'v3', 1000, 1, 1000, 1, 1000 from wanted`,
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
   select id, at, 'PENDING_PAYMENT', 'PAID', 'payment: webhook', 'bench' from wanted`,
  `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at, balance_after)
   select gen_random_uuid(), organization, line, code, 'TOPUP', 1000, at, sum(1000) over (partition by code order by at) from wanted`,
  `insert into organization_packages (organization_id, quota_code, balance, excess_settled, updated_at)
   select organization, code, count(*) * 1000, 0, max(at) from wanted group by organization, code`,
  'drop table wanted',
];

async function measure(database: TenantDatabase, owner: DataSource, organizationId: string): Promise<string[]> {
  const loaders = new StatementLoaders(database);
  const request = (): RequestContext => {
    const caller = { subject: 'bench', organizationId, scopes: new Set(['topup:read'] as const) };
    return { caller, correlationId: randomUUID(), startedAt: performance.now(), log, logFields: {} };
  };
  const page = async (after: string | undefined, code: string | undefined) => {
    const taken: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const asked = request();
      taken.push(
        await time(async () => {
          const { entries } = await loaders.page(asked, organizationId, { first: 20, after, code });
          await Promise.all(entries.map(({ orderLineId }) => loaders.orderOf(asked, orderLineId)));
        }),
      );
    }
    return median(taken).toFixed(2);
  };
  const last = await cursorAt(owner, organizationId, 20);
  const cells = [await page(undefined, CODE), await page(last, CODE), await page(undefined, undefined)];
  cells.push(await page(last, undefined));
  let bytes = 0;
  const route = statementRoute(database, systemClock);
  const file = `${new Date().toISOString().slice(0, 7)}.csv`;
  const ms = await time(async () => {
    for await (const part of route.open(request(), file, undefined)) bytes += part.length;
  });
  return [...cells, `${seconds(ms)} s, ${(bytes / 1_000_000).toFixed(1)} MB`];
}

/** The cursor behind which these many entries remain. */
async function cursorAt(owner: DataSource, organizationId: string, rest: number): Promise<string> {
  const [row] = (await owner.query(
    `select id, created_at as "createdAt" from quota_ledger_entries
     where organization_id = $1 and quota_code = $2 order by created_at, id offset $3 limit 1`,
    [organizationId, CODE, rest],
  )) as { id: string; createdAt: Date }[];
  if (row === undefined) throw new Error('the ledger is too short');
  return cursorOf(row);
}

const ACTIONS = [
  'first page of one quota',
  'last page of one quota',
  'first page of all quotas',
  'last page of all quotas',
];

function text(sizes: readonly number[], columns: readonly string[][], { version, load }: Record<string, unknown>) {
  const rows = [...ACTIONS, 'CSV of the month'].map((action, index) => [
    action,
    ...columns.map((column) => column[index] ?? ''),
  ]);
  const head = ['milliseconds', ...sizes.map((size) => `${size.toLocaleString('en')} entries`)];
  return `# The statement of one organization

${new Date().toISOString().slice(0, 10)}, PostgreSQL ${version} with its default settings, Node ${process.versions.node}. \`npm run bench -- statement\`. Its load average was ${Number(load).toFixed(1)} before it began, on 2 cores.

Medians of ${RUNS} runs: a page of 20 entries with order numbers and reasons, through the product's loaders and row security. The CSV is
one run, to its last byte, without a network.

${table(head, rows)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
