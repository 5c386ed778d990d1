import type { DataSource } from 'typeorm';
import type { Gauge } from '../telemetry.ts';

/** Jobs as the queue has them now, for all replicas alike. */
export function jobGauge(database: DataSource): Gauge {
  return {
    name: 'jobs',
    description:
      'Jobs in the queue, by state: waiting, running, failing (tried and to be tried again), out_of_attempts',
    label: 'state',
    async read() {
      const rows: { state: string; count: string }[] = await database.query(
        `select state, count(job.id) from unnest(array['waiting', 'running', 'failing', 'out_of_attempts']) as state
         left join graphile_worker.jobs job on state = case
           when job.locked_at is not null then 'running'
           when job.attempts >= job.max_attempts then 'out_of_attempts'
           when job.attempts > 0 then 'failing'
           else 'waiting' end
         group by state`,
      );
      return new Map(rows.map(({ state, count }) => [state, Number(count)]));
    },
  };
}
