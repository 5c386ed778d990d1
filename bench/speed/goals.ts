import type { Figures } from './reading.ts';
import type { ServerName } from './servers.ts';
import type { WorkloadName } from './workloads.ts';
import type { Writing, WritingName } from './writing.ts';

export interface Measured {
  reading: ReadonlyMap<WorkloadName, ReadonlyMap<ServerName, Figures>>;
  writing: ReadonlyMap<WritingName, Writing>;
}

export interface Goal {
  what: string;
  wanted: string;
  /** undefined: not measured here. */
  measured: number | undefined;
  reached: boolean;
}

/** What we want of it, beside what was measured. */
export function goals({ reading, writing }: Measured): Goal[] {
  const rate = (workload: WorkloadName, server: ServerName) => reading.get(workload)?.get(server)?.requestsPerSecond;
  const times = (workload: WorkloadName, peer: ServerName) => ratio(rate(workload, 'ours'), rate(workload, peer));
  const p99 = (server: ServerName) => reading.get('page')?.get(server)?.p99;
  const ofPgbench = (name: WritingName) => ratio(writing.get(name)?.perSecond, writing.get(name)?.pgbench);
  return [
    atLeast(1, 'page: rate, to Mercurius with JIT', times('page', 'mercurius')),
    atMost(1, 'page: p99, to Mercurius with JIT', ratio(p99('ours'), p99('mercurius'))),
    atLeast(4, 'page: rate, to Apollo Server, SDL first', times('page', 'apollo')),
    atLeast(2, '`_entities`, organizations: rate, to Apollo Server', times('organizations', 'apollo')),
    atLeast(2, '`_entities`, options: rate, to Apollo Server', times('options', 'apollo')),
    atLeast(1, 'page: rate, to Mercurius with JIT on our services', times('page', 'mercurius-kept')),
    atLeast(4, 'page: rate, to Apollo Server, SDL first, on our services', times('page', 'apollo-kept')),
    atLeast(0.5, 'webhook settled: rate, to the same SQL by pgbench', ofPgbench('settle')),
    atLeast(0.3, 'order created and confirmed: rate, to the same SQL by pgbench', ofPgbench('order')),
  ];
}

const ratio = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one / other;

function atLeast(wanted: number, what: string, measured: number | undefined): Goal {
  return { what, wanted: `≥ ${wanted.toFixed(1)}`, measured, reached: measured !== undefined && measured >= wanted };
}

function atMost(wanted: number, what: string, measured: number | undefined): Goal {
  return { what, wanted: `≤ ${wanted.toFixed(1)}`, measured, reached: measured !== undefined && measured <= wanted };
}
