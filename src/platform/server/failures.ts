import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { correlationIdOf } from './correlation.ts';
import { failureBody, GRAPH_PATH, isGraph } from './failure-body.ts';

const FAULT = 'Something went wrong on our side. Name the correlationId when you report it.';
const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json';

/** The route, for the log: a path that leads nowhere may hold anything. */
export const pathOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '(no route)';

export type Failures = ReturnType<typeof createFailures>;

/** Answers in the place of a handler that failed or was never reached. The answer says no more than whose fault it was. */
export function createFailures(log: Logger) {
  function send(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
    const correlationId = correlationIdOf(request);
    const toGraph = request.routeOptions.url === GRAPH_PATH || isGraph(request.url);
    if (toGraph && request.headers.accept?.includes(GRAPHQL_MEDIA_TYPE)) {
      void reply.type(`${GRAPHQL_MEDIA_TYPE}; charset=utf-8`);
    }
    const body = failureBody(toGraph, message, status >= 500 ? { correlationId } : undefined);
    // REST's callers get the id for their own mistakes too.
    return reply.status(status).send(toGraph ? body : { ...body, correlationId });
  }

  return {
    send,
    onError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const status = error.statusCode ?? 500;
      if (status < 500) return send(request, reply, status, error.message);
      const correlationId = correlationIdOf(request);
      log.error({ event: 'request_failed', path: pathOf(request), correlationId, err: error });
      return send(request, reply, status, FAULT);
    },
    /** Answers a path that cannot be decoded. Fastify runs no hook for it, so the headers are set here. */
    onBadPath(request: FastifyRequest, reply: FastifyReply): void {
      void reply.headers({
        'x-correlation-id': correlationIdOf(request),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      send(request, reply, 400, 'This is not a path.');
    },
  };
}

/** Answers 405 with the methods that a path takes, and 404 for a path that does not exist, whatever the method. */
export function answerUnrouted(app: FastifyInstance, { send }: Failures): void {
  const methods = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.get(request.url.split('?')[0] ?? '');
    if (allowed === undefined) return reply.status(404).send({ error: 'There is nothing here.' });
    void reply.header('allow', allowed.join(', '));
    return send(request, reply, 405, `This takes ${allowed.join(', ')} alone.`);
  });
}
