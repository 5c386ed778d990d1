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
 * What a span may say beside its name, and nothing else: no token, body, address, name of a person or query string.
 * docs/operations.md 4.
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

/** What makes of several requests and jobs the one trace of an order. */
export interface TracedOrder {
  number: string;
  organizationId: string;
  correlationId: string;
  /** W3C's traceparent of the span that created it; null where nothing was traced then. */
  traceParent: string | null;
}

interface SpanTerms {
  kind?: SpanKind;
  facts?: Facts;
  /** The active span's where it is left out. */
  within?: Context;
  links?: Link[];
}

export function setFacts(span: Span, facts: Facts): void {
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) span.setAttribute(`topup.${name}`, value);
  }
}

/** An error's kind, and not its words: they may hold what no trace should. */
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

/** Runs it in a span of its own, which ends with it. Where nothing is traced that is all there is to it. */
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
 * The same within the order's trace, whichever request or job it is that sees to the order: the request's own span is
 * linked. An order that has no trace, or none that is known, is seen to in the active one.
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

/** The context of a stored traceparent; undefined where there is none, or what is there is not one. */
export function remoteParent(traceParent: unknown): Context | undefined {
  const parsed = typeof traceParent === 'string' ? parseTraceParent(traceParent) : null;
  return parsed === null ? undefined : trace.setSpanContext(context.active(), { ...parsed, isRemote: true });
}

/** To be kept with what is to go on in this trace. */
export function currentTraceParent(): string | null {
  const here = activeSpanContext();
  if (here === undefined) return null;
  return `00-${here.traceId}-${here.spanId}-${here.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Whether what is done now is part of any trace. */
export const isTraced = (): boolean => activeSpanContext() !== undefined;

export const currentTraceId = (): string | undefined => activeSpanContext()?.traceId;

/** What a call takes along. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

function activeSpanContext(): SpanContext | undefined {
  const here = trace.getSpanContext(context.active());
  return here !== undefined && isSpanContextValid(here) ? here : undefined;
}
