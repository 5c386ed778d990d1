import {
  type Context,
  context,
  isSpanContextValid,
  type Link,
  propagation,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

export { type Span, SpanKind };

/**
 * The only attributes of a span (docs/operations.md 4). None may contain a token, body, address, person's name or query string.
 */
export interface Facts {
  operation?: string;
  organization?: string;
  order?: string;
  outcome?: string;
  correlationId?: string;
  neighbour?: string;
  job?: string;
  attempt?: number;
}

/** The order's data that joins several requests and jobs into one trace. */
export interface TracedOrder {
  number: string;
  organizationId: string;
  correlationId: string;
  /** W3C traceparent of the span that created the order; null without tracing. */
  traceParent: string | null;
}

interface SpanTerms {
  kind?: SpanKind;
  facts?: Facts;
  /** The active context by default. */
  within?: Context;
  links?: Link[];
}

export function setFacts(span: Span, facts: Facts): void {
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) span.setAttribute(`topup.${name}`, value);
  }
}

/** Sets the error's kind, not its message, which may contain private data. */
export function markFailed(span: Span, error: unknown): void {
  const { kind, name } = (error ?? {}) as { kind?: unknown; name?: unknown };
  const type = typeof kind === 'string' ? kind : String(name ?? 'unknown');
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

export function startSpan(name: string, { kind, facts = {}, within = context.active(), links }: SpanTerms): Span {
  const span = trace.getTracer('self-topup').startSpan(name, { kind, links }, within);
  setFacts(span, facts);
  return span;
}

/** Runs `run` in a new span, which ends with it. Without tracing, the span does nothing. */
export async function inSpan<T>(name: string, terms: SpanTerms, run: (span: Span) => Promise<T>): Promise<T> {
  const within = terms.within ?? context.active();
  const span = startSpan(name, { ...terms, within });
  try {
    return await context.with(trace.setSpan(within, span), () => run(span));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Like inSpan(), but in the order's trace, with a link to the active span. An order without a valid trace gets a span in the active
 * trace.
 */
export function inOrderSpan<T>(name: string, order: TracedOrder | null, run: (span: Span) => Promise<T>): Promise<T> {
  const facts = order === null ? {} : factsOf(order);
  const parent = remoteParent(order?.traceParent);
  if (parent === undefined) return inSpan(name, { facts }, run);
  const here = activeSpanContext();
  const links = here === undefined ? [] : [{ context: here }];
  return inSpan(name, { facts, links, within: parent }, run);
}

export function factsOf({ number, organizationId, correlationId }: TracedOrder): Facts {
  return { order: number, organization: organizationId, correlationId };
}

/** The context of a stored traceparent; undefined if it is missing or invalid. */
export function remoteParent(traceParent: unknown): Context | undefined {
  const parsed = typeof traceParent === 'string' ? parseTraceParent(traceParent) : null;
  return parsed === null ? undefined : trace.setSpanContext(context.active(), { ...parsed, isRemote: true });
}

/** The active span's traceparent, for storage with an order or a job; null without tracing. */
export function currentTraceParent(): string | null {
  const here = activeSpanContext();
  if (here === undefined) return null;
  return `00-${here.traceId}-${here.spanId}-${here.traceFlags.toString(16).padStart(2, '0')}`;
}

export const isTraced = (): boolean => activeSpanContext() !== undefined;

export const currentTraceId = (): string | undefined => activeSpanContext()?.traceId;

/** Headers that continue the trace in a neighbour. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

function activeSpanContext(): SpanContext | undefined {
  const here = trace.getSpanContext(context.active());
  return here !== undefined && isSpanContextValid(here) ? here : undefined;
}
