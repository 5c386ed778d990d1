import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { hasAnyScope, READ_SCOPES } from '../auth/caller.ts';
import { InvalidTokenError } from '../auth/invalid-token.ts';
import { forbidden, unauthenticated } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { correlationIdOf } from './correlation.ts';
import { pathOf } from './failures.ts';
import type { RequestContext } from './request-context.ts';

const STATUS: Record<string, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 404,
  GONE: 410,
  RATE_LIMITED: 429,
};

/** Throws UNAUTHENTICATED or FORBIDDEN. */
export function assertMayRead({ caller }: RequestContext): void {
  if (caller === undefined) throw unauthenticated();
  if (!hasAnyScope(caller, READ_SCOPES)) throw forbidden(`This needs the scope ${READ_SCOPES.join(' or ')}.`);
}

/** Answers a REST request that failed. The message of a fault of ours is not for callers. */
export function answerRestError(request: FastifyRequest, reply: FastifyReply, error: unknown, log: Logger) {
  const correlationId = correlationIdOf(request);
  const status = statusOf(error);
  if (status !== undefined) {
    const retryAfter = error instanceof GraphQLError ? error.extensions['retryAfterSeconds'] : undefined;
    if (typeof retryAfter === 'number') void reply.header('retry-after', retryAfter);
    return reply.status(status).send({ error: (error as Error).message, correlationId });
  }
  log.error({ event: 'request_failed', path: pathOf(request), correlationId, err: error });
  const message = 'The data is not available at the moment: try again in a while.';
  return reply.status(503).send({ error: message, correlationId });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof InvalidTokenError) return 401;
  return error instanceof GraphQLError ? STATUS[String(error.extensions['code'])] : undefined;
}
