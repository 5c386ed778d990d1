import type { DataSource } from 'typeorm';
import { connectDatabase } from '../../src/platform/database/data-source.ts';
import { ROLES } from '../../src/platform/database/roles.ts';
import { cpuMs } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import type { Replica } from '../neighbours/replica.ts';
import type { Job, Load } from './load.ts';
import { addPendingOrders, countConfirmed, countSettled, FIRST_ORDER } from './pending-orders.ts';
import type { Pgbench } from './pgbench.ts';
import type { Script } from './record-scripts.ts';
import { webhooks } from './webhooks.ts';

export interface Run {
  perSecond: number;
  /** Milliseconds of one request; NaN for pgbench. */
  p50: number;
  p99: number;
  /** Microseconds of CPU that our server used for one order. */
  cpuPerOrder: number;
  busy: number;
}

/** Does it to so many more orders, and sees that it was done, in the database. */
export type Way = (orders: number) => Promise<Run>;

export interface Place {
  database: DataSource;
  url: string;
}

/** A copy of its own, and a connection to look into it. */
export async function openDatabase(ground: Ground): Promise<Place> {
  const url = await ground.database();
  const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 2, statementTimeoutMs: 0 });
  ground.onStop(() => database.destroy());
  return { url, database };
}

/** Committed settlements are counted, not answers. */
function settling({ database }: Place, settle: (first: number, orders: number) => Promise<Run>): Way {
  let next = FIRST_ORDER;
  return async (orders) => {
    const first = next;
    next += orders;
    await addPendingOrders(database, first, orders);
    const run = await settle(first, orders);
    assertCount('settled', await countSettled(database), next - FIRST_ORDER);
    return run;
  };
}

function confirming({ database }: Place, confirm: (first: number, orders: number) => Promise<Run>): Way {
  // Far from those that are made to be settled.
  let next = FIRST_ORDER + 10_000_000;
  return async (orders) => {
    const before = await countConfirmed(database);
    const run = await confirm(next, orders);
    next += orders;
    assertCount('confirmed', (await countConfirmed(database)) - before, orders);
    return run;
  };
}

function assertCount(what: string, counted: number, wanted: number): void {
  if (counted !== wanted) throw new Error(`${counted} orders are ${what} in the database, not ${wanted}`);
}

interface Ours extends Place {
  load: Load;
  server: Replica;
  connections: number;
}

async function measured({ load, server }: Ours, orders: number, job: Job): Promise<Run> {
  const before = cpuMs(server.pid);
  const { seconds, p50, p99 } = await load.run(job);
  const cpu = cpuMs(server.pid) - before;
  return { perSecond: orders / seconds, p50, p99, cpuPerOrder: (cpu * 1000) / orders, busy: cpu / (seconds * 1000) };
}

export const settleByUs = (ours: Ours, secrets: readonly string[]): Way =>
  settling(ours, (first, orders) =>
    measured(ours, orders, {
      url: `${ours.server.url}/webhooks/mekari-pay`,
      connections: ours.connections,
      work: { requests: webhooks(first, orders, secrets), amount: orders },
    }),
  );

export const orderByUs = (ours: Ours, tokens: readonly string[]): Way =>
  confirming(ours, (_first, orders) =>
    measured(ours, orders, {
      url: `${ours.server.url}/graphql`,
      connections: ours.connections,
      work: { orders, tokens },
    }),
  );

interface Theirs extends Place {
  pgbench: Pgbench;
  clients: number;
}

async function replayed(
  { pgbench, url, clients }: Theirs,
  first: number,
  orders: number,
  script: string,
  role?: string,
) {
  const { perSecond } = await pgbench.run({ url, role, script, first, clients, each: orders / clients });
  return { perSecond, p50: Number.NaN, p99: Number.NaN, cpuPerOrder: Number.NaN, busy: Number.NaN };
}

export const settleByPgbench = (theirs: Theirs, { script }: Script): Way =>
  settling(theirs, (first, orders) => replayed(theirs, first, orders, script, ROLES.background));

/** Our statements are of two roles, in turn; here they are of the superuser, who is asked for no policy. */
export const orderByPgbench = (theirs: Theirs, { script }: Script): Way =>
  confirming(theirs, (first, orders) => replayed(theirs, first, orders, script));
