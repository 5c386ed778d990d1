import { setTimeout as sleep } from 'node:timers/promises';
import { context, DiagLogLevel, diag, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { loggingErrorHandler, setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import { reasonOf } from './reason.ts';

export interface Tracing {
  /** Sends the remaining spans, within LAST_SEND_MS. Never throws. */
  stop(): Promise<void>;
}

const SEND_EVERY_MS = 1000;
/** Longest delay of a stop by a collector that hangs. */
const LAST_SEND_MS = 1500;
const LOG_EVERY_MS = 60_000;
/** Bounds the requests that a collector without answers can hold; further spans are dropped. */
const MOST_SENDS_AT_ONCE = 8;

/**
 * Sends spans to a collector (OTLP over HTTP, JSON) in background batches: a collector that is down, hangs or answers nonsense
 * costs the spans and one log line a minute. The first tracer of the process is registered globally, where spans.ts finds it; a
 * second one sends nothing.
 */
export function startTracing(options: { endpoint: string; log: Logger }): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint}/v1/traces`,
    concurrencyLimit: MOST_SENDS_AT_ONCE,
  });
  // Operators can add attributes with the library's own variables.
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector, serviceInstanceIdDetector];
  const resource = resourceFromAttributes({ 'service.name': 'self-topup' }).merge(detectResources({ detectors }));
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  });
  if (!trace.setGlobalTracerProvider(provider)) return { stop: () => provider.shutdown().catch(() => undefined) };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const warn = createLimitedWarning(options.log);
  setGlobalErrorHandler((error) => warn(reasonOf(error)));
  const silent = () => undefined;
  diag.setLogger(
    { error: warn, warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );

  return {
    async stop() {
      const shutdown = provider.shutdown().catch((error) => warn(reasonOf(error)));
      const timer = new AbortController();
      const timeout = sleep(LAST_SEND_MS, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([shutdown, timeout]);
      timer.abort();
      setGlobalErrorHandler(loggingErrorHandler());
      for (const global of [trace, context, propagation, diag]) global.disable();
    },
  };
}

/** Logs at most once a minute, outside of any trace: the active span has nothing to do with the collector. */
function createLimitedWarning(log: Logger): (reason: string) => void {
  let lastLoggedAt = Number.NEGATIVE_INFINITY;
  let times = 0;
  return (reason) => {
    times += 1;
    if (performance.now() - lastLoggedAt < LOG_EVERY_MS) return;
    context.with(ROOT_CONTEXT, () => log.warn({ event: 'traces_not_sent', reason, times }));
    lastLoggedAt = performance.now();
    times = 0;
  };
}
