import type { Figures } from './reading.ts';
import type { ServerName } from './servers.ts';
import type { WorkloadName } from './workloads.ts';
import type { Writing, WritingName } from './writing.ts';

export interface Measured {
  reading: ReadonlyMap<WorkloadName, ReadonlyMap<ServerName, Figures>>;
  writing: ReadonlyMap<WritingName, Writing>;
}

export interface Goal {
  workload: WorkloadName | WritingName;
  what: string;
  wanted: string;
  /** undefined: not measured here. */
  measured: number | undefined;
  reached: boolean;
}

/** The goals, beside the figures. */
export function goals({ reading, writing }: Measured): Goal[] {
  const rate = (workload: WorkloadName, server: ServerName) => reading.get(workload)?.get(server)?.requestsPerSecond;
  const times = (workload: WorkloadName, peer: ServerName) => ratio(rate(workload, 'ours'), rate(workload, peer));
  const ofPgbench = (name: WritingName) => ratio(writing.get(name)?.perSecond, writing.get(name)?.pgbench);
  return [
    atLeast(1.2, 'page', 'top-up page: rate, to Mercurius with JIT', times('page', 'mercurius')),
    atLeast(
      1,
      'long-history',
      'history of 100 orders: rate, to Mercurius with JIT',
      times('long-history', 'mercurius'),
    ),
    atLeast(2, 'organizations', `${ENTITIES}, organizations: rate, ${TO_APOLLO}`, times('organizations', 'apollo')),
    atLeast(2, 'options', `${ENTITIES}, options: rate, ${TO_APOLLO}`, times('options', 'apollo')),
    atLeast(0.6, 'settle', `webhook settled: rate, ${TO_PGBENCH}`, ofPgbench('settle')),
    atLeast(0.4, 'order', `order created and confirmed: rate, ${TO_PGBENCH}`, ofPgbench('order')),
  ];
}

const ENTITIES = '`_entities` of 50';
const TO_APOLLO = 'to Apollo Server, SDL first';
const TO_PGBENCH = 'to the same SQL by pgbench';

/** The workloads of goals that were measured and not reached. */
export function missed(measured: Measured): readonly string[] {
  const found = goals(measured).filter((goal) => goal.measured !== undefined && !goal.reached);
  return found.map(({ workload }) => workload);
}

const ratio = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one / other;

function atLeast(wanted: number, workload: Goal['workload'], what: string, measured: number | undefined): Goal {
  const reached = measured !== undefined && measured >= wanted;
  return { workload, what, wanted: `≥ ${wanted.toFixed(1)}`, measured, reached };
}
