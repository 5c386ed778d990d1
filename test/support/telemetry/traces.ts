import { startApp, type TestApp } from '../app/app.ts';
import { until } from '../app/purchase.ts';
import { type Collector, type ExportedSpan, startCollector } from './collector.ts';

export interface TracedApp extends TestApp {
  collector: Collector;
  /** The trace in which the order was created, by the column that stores it. */
  traceOf(order: { id: string }): Promise<string>;
  /** The spans of a trace, once all of these exist: they are sent in batches. */
  untilSpans(traceId: string, names: readonly string[]): Promise<ExportedSpan[]>;
}

/** An app that sends its traces to a collector of its own, which ends with it. */
export async function startTracedApp(): Promise<TracedApp> {
  const collector = await startCollector();
  const app = await startApp({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` } });
  return {
    ...app,
    collector,
    async traceOf({ id }) {
      const [row] = await app.db.query<{ trace: string }>(
        `select split_part(trace_parent, '-', 2) as trace from topup_orders where id = $1`,
        [id],
      );
      return row?.trace ?? '';
    },
    untilSpans: (traceId, names) =>
      until(
        async () => collector.spans().filter((span) => span.traceId === traceId),
        (spans) => names.every((name) => spans.some((span) => span.name === name)),
      ),
    async close() {
      await app.close();
      await collector.stop();
    },
  };
}

/** The one span of that name. */
export function named(spans: readonly ExportedSpan[], name: string): ExportedSpan {
  const found = spans.filter((span) => span.name === name);
  const [span] = found;
  if (span === undefined || found.length > 1) throw new Error(`${found.length} spans ${name}`);
  return span;
}
