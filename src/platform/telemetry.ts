import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Counts that are sums since this process started, and gauges that are read when somebody asks for /metrics. */
export interface Telemetry {
  operation(name: string, outcome: 'ok' | 'error'): void;
  upstreamCall(neighbour: string, outcome: string, seconds: number): void;
  breakerState(neighbour: string, state: 'closed' | 'half_open' | 'open'): void;
  redisCall(operation: 'get' | 'set' | 'lock', outcome: 'ok' | 'failed' | 'skipped'): void;
  redisUp(up: boolean): void;
  cacheLookup(cache: string, outcome: string, count: number): void;
  paymentEvent(source: string, outcome: string): void;
  job(name: string, outcome: string): void;
  gauge(gauge: Gauge): void;
  serve(request: IncomingMessage, response: ServerResponse): void;
  stop(): Promise<void>;
}

export interface Gauge {
  name: string;
  description: string;
  label: string;
  /** A value per label value. It may ask the database; where that fails the gauge is left out of the answer. */
  read: () => Promise<ReadonlyMap<string, number>>;
}

export function createTelemetry(): Telemetry {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const resource = resourceFromAttributes({ 'service.name': 'self-topup' });
  const provider = new MeterProvider({ readers: [exporter], resource });
  const meter = provider.getMeter('self-topup');
  const counter = (name: string, description: string) => meter.createCounter(name, { description });
  const operations = counter('graphql_operations', 'GraphQL operations, by first root field and outcome');
  const upstreamCalls = counter('upstream_calls', 'Calls to neighbours, by neighbour and outcome');
  const cacheLookups = counter('cache_lookups', 'Lookups in a cache, by cache and outcome');
  const paymentEvents = counter('payment_events', 'What became of payment events, by source and outcome');
  const jobs = counter('jobs_finished', 'Jobs that were run, by name and outcome');
  return {
    operation: (name, outcome) => operations.add(1, { name, outcome }),
    upstreamCall: (neighbour, outcome) => upstreamCalls.add(1, { neighbour, outcome }),
    breakerState: () => undefined,
    redisCall: () => undefined,
    redisUp: () => undefined,
    cacheLookup: (cache, outcome, count) => cacheLookups.add(count, { cache, outcome }),
    paymentEvent: (source, outcome) => paymentEvents.add(1, { source, outcome }),
    job: (name, outcome) => jobs.add(1, { name, outcome }),
    gauge({ name, description, label, read }) {
      meter.createObservableGauge(name, { description }).addCallback(async (result) => {
        const values = await read().catch(() => new Map<string, number>());
        for (const [key, value] of values) result.observe(value, { [label]: key });
      });
    },
    serve: (request, response) => exporter.getMetricsRequestHandler(request, response),
    stop: () => provider.shutdown(),
  };
}
