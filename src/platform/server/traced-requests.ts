import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BUSY, MASKED } from '../graphql/format-error.ts';
import { type Span, SpanKind, setFacts, startSpan } from '../telemetry/spans.ts';
import { logFieldsOf } from './correlation.ts';
import { PROBES } from './probe-routes.ts';

/** Runs a function in the span of a request, if the request has one. */
export type WithinRequest = (request: FastifyRequest, run: () => void) => void;

const spanOf = Symbol('span');
type Traced = FastifyRequest & { [spanOf]?: Span };

/** Starts a span for each request, except probes. It continues the caller's trace if there is a `traceparent`. */
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
    // Fastify's onResponse does not run if the caller disconnects before the answer.
    reply.raw.once('close', () => finish(span, reply.statusCode, logFieldsOf(request)));
    // Fastify keeps the span active for the handler, also if the body arrives later.
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
  const failed = status >= 500 || codes.includes(MASKED) || codes.includes(BUSY);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
