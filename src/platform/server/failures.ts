import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isTimedOut } from '../database/errors.ts';
import { GRAPHQL_MEDIA_TYPE, prefersGraphqlResponse } from '../graphql/error-status.ts';
import { BUSY, BUSY_MESSAGE, BUSY_RETRY_SECONDS, MASKED, MASKED_MESSAGE } from '../graphql/format-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { correlationIdOf } from './correlation.ts';

export const GRAPH_PATH = '/graphql';

/** Returns the route for the log. The path of an unknown route may contain anything. */
export const pathOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '(no route)';

export const isGraph = (url: string) => url.split('?')[0] === GRAPH_PATH;

/** Builds the body of an answer to bytes that are no request: in GraphQL's shape for the graph's callers, in REST's for others. */
export function malformedBody(toGraph: boolean, message: string): object {
  return toGraph ? { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] } : { error: message };
}

/** Answers a caller of the graph in Apollo's place. */
export function sendGraphError(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message, extensions }: { status: number; message: string; extensions: { code: string } },
): FastifyReply {
  if (prefersGraphqlResponse(request.headers.accept)) void reply.type(GRAPHQL_MEDIA_TYPE);
  const error = { message, extensions: { ...extensions, correlationId: correlationIdOf(request) } };
  return reply.status(status).send({ errors: [error] });
}

export type Failures = ReturnType<typeof createFailures>;

/** Answers in the place of a handler that failed or was not reached. A fault of ours gets a general message. */
export function createFailures(log: Logger) {
  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    message: string,
    code = status < 500 ? 'BAD_REQUEST' : MASKED,
  ): FastifyReply {
    const toGraph = request.routeOptions.url === GRAPH_PATH || isGraph(request.url);
    if (!toGraph) return reply.status(status).send({ error: message, correlationId: correlationIdOf(request) });
    return sendGraphError(request, reply, { status, message, extensions: { code } });
  }

  return {
    send,
    onError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const status = error.statusCode ?? 500;
      if (status < 500) return send(request, reply, status, error.message);
      const line = {
        event: 'request_failed',
        path: pathOf(request),
        correlationId: correlationIdOf(request),
        err: error,
      } as const;
      if (isTimedOut(error)) {
        log.warn(line);
        void reply.header('retry-after', BUSY_RETRY_SECONDS);
        return send(request, reply, 503, BUSY_MESSAGE, BUSY);
      }
      log.error(line);
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
