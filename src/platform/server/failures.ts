import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { failureBody, GRAPH_PATH, isGraph } from './failure-body.ts';
import type { RequestContexts } from './incoming-requests.ts';

const FAULT = 'Something went wrong on our side. Name the correlationId when you report it.';
const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json';

/** For the log: the route, not what was asked for, because a path that leads nowhere may hold anything. */
export const pathOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '(no route)';

/** Every answer that no handler gave: nothing of it says more than whose fault it was. */
export function createFailures(contexts: RequestContexts, log: Logger) {
  function send(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
    const correlationId = contexts.correlationIdOf(request);
    const toGraph = request.routeOptions.url === GRAPH_PATH || isGraph(request.url);
    if (toGraph && request.headers.accept?.includes(GRAPHQL_MEDIA_TYPE)) {
      void reply.type(`${GRAPHQL_MEDIA_TYPE}; charset=utf-8`);
    }
    const body = failureBody(toGraph, message, status >= 500 ? { correlationId } : undefined);
    // REST's callers are told the id of their own mistakes too.
    return reply.status(status).send(toGraph ? body : { ...body, correlationId });
  }

  return {
    send,
    onError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const status = error.statusCode ?? 500;
      if (status < 500) return send(request, reply, status, error.message);
      const correlationId = contexts.correlationIdOf(request);
      log.error({ event: 'request_failed', path: pathOf(request), correlationId, err: error });
      return send(request, reply, status, FAULT);
    },
    /** A path that cannot be decoded: it is answered before any hook. */
    onBadPath(request: FastifyRequest, reply: FastifyReply): void {
      void reply.headers({
        'x-correlation-id': contexts.correlationIdOf(request),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      send(request, reply, 400, 'This is not a path.');
    },
  };
}

/** What is there is told with the methods that it takes; what is not there is told alike, whatever was asked. */
export function answerUnrouted(app: FastifyInstance, { send }: ReturnType<typeof createFailures>): void {
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
