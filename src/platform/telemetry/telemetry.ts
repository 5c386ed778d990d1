import { setTimeout as sleep } from 'node:timers/promises';
import type { Meter } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MetricsReader } from './metrics-reader.ts';

/**
 * The metrics of this process since its start, described in docs/operations.md 3. A scrape of /metrics reads the gauges that have a
 * `read`.
 */
export interface Telemetry {
  operation(name: string, outcome: 'ok' | 'error', seconds: number): void;
  upstreamCall(neighbour: string, outcome: string, seconds: number): void;
  breakerState(neighbour: string, state: BreakerState): void;
  cacheLookup(cache: string, outcome: string, count: number): void;
  redisCall(operation: 'get' | 'set' | 'lock' | 'run', outcome: 'ok' | 'failed' | 'skipped'): void;
  /** Without Redis it is never called, so that the metric does not exist. */
  redisUp(up: boolean): void;
  /** Without a replica neither of the two is called, so that the metrics do not exist. */
  replicaRead(outcome: 'replica' | 'behind' | 'failed'): void;
  replicaLag(seconds: number): void;
  paymentEvent(source: string, outcome: string): void;
  /** A `count` of 0 creates the counter before the first delivery. */
  webhook(outcome: string, count?: number): void;
  /** A `count` of 0 creates the counter before the first finding. */
  reconciliationFindings(kind: string, count: number): void;
  /** A `count` of 0 creates the counter before the first event. */
  eventDelivery(outcome: string, count?: number): void;
  job(name: string, outcome: string): void;
  /** A `count` of 0 creates the counter before the first restart. */
  jobRunnerRestart(runner: string, count?: number): void;
  /** A connection that was closed to protect the others. */
  connectionClosed(reason: ClosingReason): void;
  gauge(gauge: Gauge): void;
  /** Resolves to the page for Prometheus. */
  text(): Promise<string>;
  stop(): Promise<void>;
}

/** server/connection-limits.ts has the limits. */
const CLOSING_REASONS = ['pipelining', 'bodies', 'answers', 'slow_answer'] as const;
export type ClosingReason = (typeof CLOSING_REASONS)[number];
export type BreakerState = 'closed' | 'half_open' | 'open';
const BREAKER_VALUES: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

export interface Gauge {
  name: string;
  description: string;
  label: string;
  /** A value per label. It may query the database; on failure the scrape omits the gauge. */
  read: () => Promise<ReadonlyMap<string, number>>;
}

/** Less than the ten seconds of a scrape, so that a silent database does not lose the other metrics. */
const LONGEST_READ_MS = 2000;

/** Bounds of histograms, in seconds: from a cached answer to the longest wait for a neighbour. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts of the process itself, since its start. */
export interface ProcessFigures {
  /** Lines of the log that could not be written. */
  lostLogLines: () => number;
  /** Rejections that nobody awaited. */
  unhandledRejections: () => number;
}

const NO_FIGURES: ProcessFigures = { lostLogLines: () => 0, unhandledRejections: () => 0 };

export function createTelemetry(figures: ProcessFigures = NO_FIGURES): Telemetry {
  const exporter = new MetricsReader({ preventServerStart: true });
  const resource = resourceFromAttributes({ 'service.name': 'self-topup' });
  const provider = new MeterProvider({ readers: [exporter], resource });
  const meter = provider.getMeter('self-topup');
  const count = (name: string, description: string, read: () => number) =>
    meter.createObservableCounter(name, { description }).addCallback((result) => result.observe(read()));
  count('log_lines_lost', 'Lines of the log that could not be written', figures.lostLogLines);
  count('unhandled_rejections', 'Rejections that nobody awaited', figures.unhandledRejections);
  return {
    ...instruments(meter),
    gauge({ name, description, label, read }) {
      meter.createObservableGauge(name, { description }).addCallback(async (result) => {
        const none = () => new Map<string, number>();
        const values = await Promise.race([read().catch(none), sleep(LONGEST_READ_MS, none(), { ref: false })]);
        for (const [key, value] of values) result.observe(value, { [label]: key });
      });
    },
    text: exporter.text,
    stop: () => provider.shutdown(),
  };
}

function instruments(meter: Meter): Omit<Telemetry, 'gauge' | 'text' | 'stop'> {
  const counter = (name: string, description: string) => meter.createCounter(name, { description });
  const times = (name: string, description: string) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: SECONDS } });
  const operations = counter('graphql_operations', 'GraphQL operations, by first root field and outcome');
  const operationTimes = times('graphql_operation_duration_seconds', 'Seconds per GraphQL operation, by root field');
  const upstreamCalls = counter('upstream_calls', 'Calls to neighbours, by neighbour and outcome');
  const upstreamTimes = times(
    'upstream_call_duration_seconds',
    'Seconds per call to a neighbour, with its wait for a slot',
  );
  const breakers = meter.createGauge('breaker_state', { description: 'Breakers: 0 closed, 1 half open, 2 open' });
  const cacheLookups = counter('cache_lookups', 'Lookups in a cache, by cache and outcome');
  const redisCalls = counter('redis_calls', 'Calls to Redis, by operation and outcome; skipped while it is down');
  const redisState = meter.createGauge('redis_up', { description: 'Redis answered the last call: 1 yes, 0 no' });
  const replicaReads = counter('replica_reads', 'Reads of history, by outcome; behind and failed went to the primary');
  const replicaLag = meter.createGauge('replica_lag_seconds', { description: 'Seconds that the replica is behind' });
  const paymentEvents = counter('payment_events', 'Payment events, by source and outcome');
  const webhooks = counter('webhooks', 'Deliveries of the payment webhook, by outcome');
  const findings = counter('reconciliation_findings', 'Differences that the nightly reconciliation leaves to somebody');
  const eventDeliveries = counter('event_deliveries', 'Attempts to send an event to a subscriber, by outcome');
  const jobs = counter('jobs_finished', 'Job runs, by name and outcome');
  const runnerRestarts = counter('job_runner_restarts', 'Job runners that were replaced because they took no jobs');
  const closings = counter('connections_closed', 'Connections closed to protect the others, by reason');
  for (const reason of CLOSING_REASONS) closings.add(0, { reason });
  return {
    operation(name, outcome, seconds) {
      operations.add(1, { name, outcome });
      operationTimes.record(seconds, { name });
    },
    upstreamCall(neighbour, outcome, seconds) {
      upstreamCalls.add(1, { neighbour, outcome });
      upstreamTimes.record(seconds, { neighbour });
    },
    breakerState: (neighbour, state) => breakers.record(BREAKER_VALUES[state], { neighbour }),
    cacheLookup: (cache, outcome, count) => cacheLookups.add(count, { cache, outcome }),
    redisCall: (operation, outcome) => redisCalls.add(1, { operation, outcome }),
    redisUp: (up) => redisState.record(up ? 1 : 0),
    replicaRead: (outcome) => replicaReads.add(1, { outcome }),
    replicaLag: (seconds) => replicaLag.record(seconds),
    paymentEvent: (source, outcome) => paymentEvents.add(1, { source, outcome }),
    webhook: (outcome, count = 1) => webhooks.add(count, { outcome }),
    reconciliationFindings: (kind, count) => findings.add(count, { kind }),
    eventDelivery: (outcome, count = 1) => eventDeliveries.add(count, { outcome }),
    job: (name, outcome) => jobs.add(1, { name, outcome }),
    jobRunnerRestart: (runner, count = 1) => runnerRestarts.add(count, { runner }),
    connectionClosed: (reason) => closings.add(1, { reason }),
  };
}
