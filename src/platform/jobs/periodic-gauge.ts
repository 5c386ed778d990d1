import type { DataSource } from 'typeorm';
import type { Gauge } from '../telemetry/telemetry.ts';

/** A task that hangs, or that nobody takes, says nothing: on every replica its age tells. None before its first run. */
export function periodicAgeGauge(database: DataSource): Gauge {
  return {
    name: 'periodic_age_seconds',
    description: 'Seconds since the last run of a periodic task started, on whichever replica',
    label: 'task',
    async read() {
      const rows: { name: string; age: number }[] = await database.query(
        'select name, extract(epoch from now() - started_at)::float8 as age from periodic_tasks',
      );
      return new Map(rows.map(({ name, age }) => [name, age]));
    },
  };
}
