import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Span, SpanKind, setFacts, startSpan } from '../telemetry/spans.ts';
import { logFieldsOf } from './correlation.ts';
import { PROBES } from './probe-routes.ts';

/** Runs a function in the span of a request, or without a span if the request has none. */
export type WithinRequest = (request: FastifyRequest, run: () => void) => void;

const spanOf = Symbol('span');
type Traced = FastifyRequest & { [spanOf]?: Span };

/** Gives each request but the probes a span, which continues the caller's trace if it sent a `traceparent`. */
export function traceRequests(app: FastifyInstance): WithinRequest {
  const within: WithinRequest = (request: Traced, run) => {
    const span = request[spanOf];
    if (span === undefined) run();
    else context.with(trace.setSpan(ROOT_CONTEXT, span), run);
  };
  app.addHook('onRequest', (request: Traced, reply, done) => {
    const { url: route = '(no route)' } = request.routeOptions;
    if (PROBES.includes(route)) return done();
    const caller = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, within: caller });
    span.setAttributes({ 'http.request.method': request.method, 'http.route': route });
    request[spanOf] = span;
    // Fastify's onResponse would leave the span open if the caller goes away before the answer.
    reply.raw.once('close', () => finish(span, reply.statusCode, logFieldsOf(request)));
    // Fastify keeps the active span for the handler, also while a body arrives later.
    within(request, done);
  });
  return within;
}

function finish(span: Span, status: number, fields: Record<string, unknown>): void {
  const { operation, organizationId, errorCodes, correlationId } = fields;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  if (operation !== undefined) span.updateName(`graphql ${operation}`);
  span.setAttribute('http.response.status_code', status);
  const codes = Array.isArray(errorCodes) ? errorCodes.map(String) : [];
  setFacts(span, {
    operation: text(operation),
    organization: text(organizationId),
    correlationId: text(correlationId),
    outcome: codes.length === 0 ? undefined : codes.join(','),
  });
  const failed = status >= 500 || codes.includes('INTERNAL_SERVER_ERROR');
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
