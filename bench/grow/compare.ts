import { availableParallelism } from 'node:os';
import type { DataSource } from 'typeorm';
import { entities } from '../../src/app/entities.ts';
import { audit, CHECKS } from '../../src/audit/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { connectDatabase } from '../../src/platform/database/data-source.ts';
import { median } from '../neighbours/load.ts';
import { table } from '../neighbours/table.ts';
import { measure, type Times } from './measures.ts';
import type { Side } from './side.ts';

const WARM_UP = 3;
/** The medians of audits of what changed are of so many runs. */
const AUDITS = 3;
/** Two runs over one database differ by less than this: a ratio below it counts as equal. */
const FLAT = 1.5;
/** The changes since the previous audit, in both: a day or two of some hundred orders. */
const STEPS_SINCE = 3000;

interface Run {
  rounds: number;
  /** The machine's load average before it began. */
  load: number;
  command: string;
}

/** Compares two databases in alternating rounds and returns a page of Markdown. */
export async function compareSides(sides: readonly [Side, Side], run: Run): Promise<string> {
  const measured = await inTurns(sides, run.rounds);
  console.log(`${run.rounds} rounds measured`);
  return text(sides, { measured, audits: await auditsOf(sides), run });
}

/** Alternates the order of the sides each round, so that other load on the machine affects both alike. */
async function inTurns(sides: readonly Side[], rounds: number): Promise<Times[][]> {
  const measured: Times[][] = sides.map(() => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const index of order) {
      const side = sides[index];
      if (side === undefined) continue;
      const times = await measure(side, round);
      if (round >= WARM_UP) measured[index]?.push(times);
    }
  }
  return measured;
}

/**
 * Milliseconds per side for a full audit and for one of changes. A violation is a fault of the fill or of the product.
 */
async function auditsOf(sides: readonly Side[]): Promise<Audited[]> {
  const audited: Audited[] = [];
  for (const { url } of sides) {
    const database = await connectDatabase({ url, entities, migrations: [], poolSize: 1, statementTimeoutMs: 0 });
    const [row]: { last: string }[] = await database.query('select max(id) as last from topup_order_events');
    const since = BigInt(row?.last ?? 0) - BigInt(STEPS_SINCE);
    const changed: number[] = [];
    for (let run = 0; run < AUDITS; run++) changed.push(await time(() => auditOnce(database, since)));
    audited.push({ changed: median(changed), whole: await time(() => auditOnce(database, undefined)) });
    await database.destroy();
  }
  return audited;
}

interface Audited {
  whole: number;
  changed: number;
}

async function auditOnce(database: DataSource, since: bigint | undefined): Promise<void> {
  const { violations } = await audit(database, systemClock, { since });
  if (violations.length > 0) throw new Error(JSON.stringify(violations.slice(0, 5)));
}

interface Findings {
  measured: readonly Times[][];
  audits: readonly Audited[];
  run: Run;
}

async function text(
  sides: readonly Side[],
  { measured, audits, run: { rounds, load, command } }: Findings,
): Promise<string> {
  const names = [...(measured[0]?.[0]?.keys() ?? [])];
  const rows = names.map((name) => {
    const [small = 0, large = 0] = measured.map((times) => median(times.map((each) => each.get(name) ?? 0)));
    const [what = '', whose = ''] = name.split(' | ');
    const ratio = large / small;
    return [what, whose, small.toFixed(2), large.toFixed(2), ratio.toFixed(2), ratio <= FLAT ? 'flat' : 'grows'];
  });
  const head = ['what', 'of', 'small ms', 'large ms', 'ratio', `within ${FLAT}`];
  const audited = (scope: keyof Audited) =>
    audits.map((each, index) => `${seconds(each[scope])} s (${sides[index]?.name})`).join(', ');
  const changed = (audits[1]?.changed ?? Number.NaN) / (audits[0]?.changed ?? Number.NaN);
  const day = new Date().toISOString().slice(0, 10);
  const [version]: { server_version: string }[] = (await sides[0]?.database.query('show server_version')) ?? [];
  return `# Growth

${day}, PostgreSQL ${version?.server_version} with its default settings, Node ${process.versions.node}. \`${command}\`. Its load average was ${load.toFixed(1)}
before it began, on ${availableParallelism()} cores.

${await contents(sides)}

Services of the product, over each of the two, in turns: medians of ${rounds} rounds, in milliseconds. "At first" is the first read of an
organization: PostgreSQL has its rows of the large database on disk, or in the system's memory. Create and confirm include what hub-core,
Mekari Billing and Mekari Pay take. What is under way is as much in both: about 830 orders are drafts, wait for
their payment, or were given up lately.

${table(head, rows)}

The audit, ${CHECKS.length} checks in one snapshot. Of what changed, with ${STEPS_SINCE} steps since the one before in both, medians of ${AUDITS} runs:
${audited('changed')}: ${changed.toFixed(2)} ×, ${changed <= FLAT ? 'flat' : 'grows'}. Of everything, once, which the nightly job does once a week: ${audited('whole')}.
`;
}

async function contents(sides: readonly Side[]): Promise<string> {
  const tables = [
    ...['topup_orders', 'topup_order_lines', 'topup_order_events', 'quota_ledger_entries', 'organization_packages'],
    ...['payment_events', 'idempotency_keys', 'order_mail_deliveries', 'action_trail'],
  ];
  const rows = await Promise.all(
    tables.map(async (name) => [name, ...(await Promise.all(sides.map((side) => count(side.database, name))))]),
  );
  const sizes = sides.map(async ({ database }) => {
    const [row]: { size: string }[] = await database.query(
      `select pg_size_pretty(pg_database_size(current_database())) as size`,
    );
    return row?.size ?? '';
  });
  return table(
    ['rows', ...sides.map(({ name }) => name)],
    [...rows, ['size of the database', ...(await Promise.all(sizes))]],
  );
}

/** Reads PostgreSQL's own row estimates, which do not depend on the rows that a role may see. */
async function count(database: DataSource, name: string): Promise<string> {
  const [row]: { rows: string }[] = await database.query(
    `select reltuples::bigint as rows from pg_class where oid = $1::regclass`,
    [name],
  );
  return Number(row?.rows).toLocaleString('en');
}

/** Returns the duration in milliseconds. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const seconds = (ms: number) => (ms / 1000).toFixed(2);
