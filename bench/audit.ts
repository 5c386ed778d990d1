import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrations } from '../migrations/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { entities } from '../src/app/entities.ts';
import { audit, CHECKS } from '../src/audit/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { connectDatabase } from '../src/platform/database/data-source.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { runQuery } from '../src/platform/database/run-queries.ts';
import { sql } from '../src/platform/database/sql.ts';
import { fillLedger } from './fill-ledger.ts';

const RUNS = 3;
const ORGANIZATIONS = 10_000;
const WHOLE = 'whole audit';
/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'audit.md');

/** Measures the audit, per check and in total, over a database with this many ledger entries: 1,000,000 by default. */
export async function benchAudit([given = '1000000']: readonly string[]): Promise<void> {
  const rows = Number(given);
  if (!Number.isInteger(rows) || rows < 2 || rows % 2 !== 0) throw new Error('rows: expected an even number');
  const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
  try {
    const options = { url: postgres.url, entities, migrations, poolSize: 3, statementTimeoutMs: 0 };
    await migrate(options);
    const database = await connectDatabase(options);
    try {
      const filled = await timed(() => fillLedger(database, { rows, organizations: ORGANIZATIONS }));
      console.log(`filled in ${seconds(filled)} s`);
      const runs: Map<string, number>[] = [];
      for (let run = 0; run < RUNS; run++) runs.push(await auditOnce(database));
      report(await describe(database), runs);
    } finally {
      await database.destroy();
    }
  } finally {
    await postgres.stop();
  }
}

/** Milliseconds per check, and those of a full audit. */
async function auditOnce(database: DataSource): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const { name, sql: violations } of CHECKS) {
    const counted = sql`select count(*) from (${violations(systemClock.now())}) as violation`;
    times.set(name, await timed(async () => void (await runQuery(database, counted))));
  }
  let counts: ReadonlyMap<string, number> = new Map();
  const whole = await timed(async () => {
    ({ counts } = await audit(database, systemClock));
  });
  const violated = [...counts].filter(([, count]) => count > 0);
  if (violated.length > 0) throw new Error(`the filling violates ${JSON.stringify(violated)}`);
  return times.set(WHOLE, whole);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function describe(database: DataSource): Promise<string[]> {
  const tables = ['topup_orders', 'topup_order_lines', 'topup_order_events', 'payment_events', 'quota_ledger_entries'];
  const counted: string[] = [];
  for (const table of tables) {
    const [row]: { count: string }[] = await database.query(`select count(*) from ${table}`);
    counted.push(`${Number(row?.count).toLocaleString('en')} ${table}`);
  }
  const [version]: { server_version: string }[] = await database.query('show server_version');
  const [size]: { size: string }[] = await database.query(
    'select pg_size_pretty(pg_database_size(current_database())) as size',
  );
  const day = new Date().toISOString().slice(0, 10);
  return [
    `${day}, PostgreSQL ${version?.server_version} with its default settings, Node ${process.versions.node}.`,
    `${counted.join(', ')}; ${ORGANIZATIONS.toLocaleString('en')} organizations; ${size?.size}.`,
  ];
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

function report(facts: readonly string[], runs: readonly Map<string, number>[]): void {
  const names = [...CHECKS.map(({ name }) => name), WHOLE];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const sorted = runs.map((run) => run.get(name) ?? Number.NaN).toSorted((a, b) => a - b);
    return `| ${name.padEnd(width)} | ${seconds(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).padStart(8)} |`;
  });
  const table = [`| ${'check'.padEnd(width)} |  seconds |`, `| ${'-'.repeat(width)} | -------: |`, ...lines].join('\n');
  const text = `# Audit\n\n${facts.join('\n')}\nThe median of ${runs.length} runs of \`npm run bench -- audit\`.\n\n${table}\n`;
  console.log(text);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, text);
}
