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
  /** Sends what is left, for as long as a stop may wait for it. Never throws. */
  stop(): Promise<void>;
}

const SEND_EVERY_MS = 1000;
/** What a collector that hangs may keep a stop waiting. */
const LAST_SEND_MS = 1500;
const TELL_EVERY_MS = 60_000;
/** A collector that never ends its answers holds so many of ours, and no more; then spans are dropped. */
const MOST_SENDS_AT_ONCE = 8;

/**
 * Sends spans to a collector (OTLP over HTTP, JSON), in batches and beside everything else: a collector that is away, hangs
 * or answers nonsense costs a line in the log now and then, and the spans. It is registered once in the process, where
 * spans.ts finds it; another that is started beside it sends nothing of its own.
 */
export function startTracing(options: { endpoint: string; log: Logger }): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint}/v1/traces`,
    concurrencyLimit: MOST_SENDS_AT_ONCE,
  });
  // Operators may name more of it, in the library's own variables.
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector, serviceInstanceIdDetector];
  const resource = resourceFromAttributes({ 'service.name': 'self-topup' }).merge(detectResources({ detectors }));
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  });
  if (!trace.setGlobalTracerProvider(provider)) return { stop: () => provider.shutdown().catch(() => undefined) };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tell = tellNowAndThen(options.log);
  setGlobalErrorHandler((error) => tell(reasonOf(error)));
  const silent = () => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );

  return {
    async stop() {
      const sent = provider.shutdown().catch((error) => tell(reasonOf(error)));
      const waited = new AbortController();
      const enough = sleep(LAST_SEND_MS, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([sent, enough]);
      waited.abort();
      setGlobalErrorHandler(loggingErrorHandler());
      for (const global of [trace, context, propagation, diag]) global.disable();
    },
  };
}

/** Not of any request: the span that happens to be active says nothing about the collector. */
function tellNowAndThen(log: Logger): (reason: string) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (reason) => {
    untold += 1;
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    context.with(ROOT_CONTEXT, () => log.warn({ event: 'traces_not_sent', reason, times: untold }));
    toldAt = performance.now();
    untold = 0;
  };
}
