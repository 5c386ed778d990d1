import type { DataSource } from 'typeorm';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';

const STATES = ['enabled', 'failing', 'disabled', 'disabled_by_failure'] as const;

export function eventSubscriptionsGauge(database: DataSource): Gauge {
  return {
    name: 'event_subscriptions',
    description:
      'Subscriptions by state: enabled, failing (its last delivery failed), disabled by an operator, disabled_by_failure',
    label: 'state',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ state: string; count: bigint }>`
          select case when is_enabled and failing_since is null then 'enabled' when is_enabled then 'failing'
            when disabled_cause = 'OPERATOR' then 'disabled' else 'disabled_by_failure' end as state, count(*)
          from event_subscriptions group by 1`,
      );
      const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]));
      return new Map(STATES.map((state) => [state, counts.get(state) ?? 0]));
    },
  };
}

/** Reads one row per subscription, by the index: however many orders wait. */
export function eventDelayGauge(database: DataSource): Gauge {
  return {
    name: 'event_delivery_delay_seconds',
    description:
      'Seconds since the attempt of an event was due that waits the longest, by subscription that is enabled',
    label: 'subscription',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ id: string; delay: number }>`
          select id, greatest(0, extract(epoch from now() - coalesce((select min(due_at) from event_deliveries
            where subscription_id = subscription.id and due_at is not null), now())))::float8 as delay
          from event_subscriptions as subscription where is_enabled`,
      );
      return new Map(rows.map(({ id, delay }) => [id, delay]));
    },
  };
}
