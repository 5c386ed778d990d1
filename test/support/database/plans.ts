import type { Pool, PoolClient } from 'pg';
import type { TestDatabase } from './database.ts';

/** The rows of a table that one step of a plan read. */
export interface Read {
  table: string;
  /** PostgreSQL's name for the access: "Seq Scan", "Index Scan", … */
  way: string;
  /** All rows that the step examined, including those that a condition then removed. */
  rows: number;
  statement: string;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Node[];
}

/**
 * Makes PostgreSQL report to each new connection the plan of every statement, with its values and as its role: those
 * within triggers, functions and foreign keys too, which no client sends.
 */
export async function tellPlans(db: TestDatabase): Promise<void> {
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    'auto_explain.log_level': 'notice',
  };
  const name = new URL(db.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(settings))
    await db.query(`alter database ${name} set ${setting} = '${value}'`);
}

/** The reads through these pools, for a database that reports its plans. */
export function watchPlans(...pools: Pool[]) {
  const reads: Read[] = [];
  const watched = new WeakSet<PoolClient>();
  const watch = (client: PoolClient) => {
    if (watched.has(client)) return;
    watched.add(client);
    client.on('notice', ({ message = '' }) => {
      const plan = /^duration: .* plan:\n/.exec(message);
      if (plan === null) return;
      const report = JSON.parse(message.slice(plan[0].length)) as { 'Query Text': string; Plan: Node };
      reads.push(...readsOf(report.Plan, report['Query Text']));
    });
  };
  for (const pool of pools) pool.on('acquire', watch);
  return {
    /** No other statement may run at the same time. */
    async during(work: () => Promise<unknown>): Promise<Read[]> {
      reads.length = 0;
      await work();
      return [...reads];
    },
  };
}

function readsOf(node: Node, statement: string): Read[] {
  const below = (node.Plans ?? []).flatMap((each) => readsOf(each, statement));
  const table = node['Relation Name'];
  // A step that was never executed read nothing.
  if (table === undefined || !node['Node Type'].endsWith('Scan') || node['Actual Loops'] === 0) return below;
  const each =
    (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const rows = Math.round(each * (node['Actual Loops'] ?? 0));
  return [{ table, way: node['Node Type'], rows, statement: statement.replaceAll(/\s+/g, ' ') }, ...below];
}
