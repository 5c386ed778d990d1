import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MASKED_MESSAGE } from '../graphql/format-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { correlationIdOf } from './correlation.ts';

export const GRAPH_PATH = '/graphql';

const GRAPHQL_MEDIA_TYPE = 'application/graphql-response+json';

/** Returns the route for the log. The path of an unknown route may contain anything. */
export const pathOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '(no route)';

export const isGraph = (url: string) => url.split('?')[0] === GRAPH_PATH;

/** Builds the body of an answer that Apollo does not give: in GraphQL's shape for the graph's callers, in REST's for others. */
export function failureBody(toGraph: boolean, message: string, fault?: { correlationId: string }): object {
  if (!toGraph) return { error: message, ...fault };
  const code = fault === undefined ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
  return { errors: [{ message, extensions: { code, ...fault } }] };
}

export type Failures = ReturnType<typeof createFailures>;

/** Answers in the place of a handler that failed or was not reached. A fault of ours gets a general message. */
export function createFailures(log: Logger) {
  function send(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
    const correlationId = correlationIdOf(request);
    const toGraph = request.routeOptions.url === GRAPH_PATH || isGraph(request.url);
    if (toGraph && request.headers.accept?.includes(GRAPHQL_MEDIA_TYPE)) {
      void reply.type(`${GRAPHQL_MEDIA_TYPE}; charset=utf-8`);
    }
    const body = failureBody(toGraph, message, status >= 500 ? { correlationId } : undefined);
    // REST callers get the id for their own mistakes too.
    return reply.status(status).send(toGraph ? body : { ...body, correlationId });
  }

  return {
    send,
    onError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const status = error.statusCode ?? 500;
      if (status < 500) return send(request, reply, status, error.message);
      const correlationId = correlationIdOf(request);
      log.error({ event: 'request_failed', path: pathOf(request), correlationId, err: error });
      return send(request, reply, status, MASKED_MESSAGE);
    },
    /** Answers a path that cannot be decoded. Sets the headers itself, because Fastify runs no hook for it. */
    onBadPath(request: FastifyRequest, reply: FastifyReply): void {
      void reply.headers({
        'x-correlation-id': correlationIdOf(request),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      send(request, reply, 400, 'The path cannot be decoded.');
    },
  };
}

/** Answers 405 with the allowed methods of a path, and 404 for an unknown path. */
export function answerUnrouted(app: FastifyInstance, { send }: Failures): void {
  const methods = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.get(request.url.split('?')[0] ?? '');
    if (allowed === undefined) return reply.status(404).send({ error: 'There is nothing here.' });
    void reply.header('allow', allowed.join(', '));
    return send(request, reply, 405, `This path takes only ${allowed.join(', ')}.`);
  });
}
