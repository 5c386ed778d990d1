import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { hasAnyScope, READ_SCOPES } from '../auth/caller.ts';
import { InvalidTokenError } from '../auth/invalid-token.ts';
import { badUserInput, forbidden, unauthenticated } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Authenticate } from './authenticate.ts';
import { correlationIdOf } from './correlation.ts';
import type { RequestContext } from './request-context.ts';

/** A GET for REST consumers, with the graph's tokens and scopes. */
export interface RestRoute {
  path: string;
  /** Resolves to the body's `data`. `organizationId` is the query's `organization_id`; default: the token's organization. */
  answer(request: RequestContext, organizationId: string | undefined): Promise<readonly object[]>;
}

const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_USER_INPUT: 400 };

export function registerRestRoute(
  app: FastifyInstance,
  route: RestRoute,
  authenticate: Authenticate,
  log: Logger,
): void {
  app.get<{ Querystring: { organization_id?: string | string[] } }>(route.path, async (request, reply) => {
    const correlationId = correlationIdOf(request);
    try {
      const context = await authenticate(request);
      assertMayRead(context);
      const { organization_id: organizationId } = request.query;
      if (Array.isArray(organizationId)) throw badUserInput('organization_id must be given once.');
      return { data: await route.answer(context, organizationId) };
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined) return reply.status(status).send({ error: (error as Error).message, correlationId });
      log.error({ event: 'request_failed', path: route.path, correlationId, err: error });
      const message = 'The data is not available at the moment: try again in a while.';
      return reply.status(503).send({ error: message, correlationId });
    }
  });
}

function assertMayRead({ caller }: RequestContext): void {
  if (caller === undefined) throw unauthenticated();
  if (!hasAnyScope(caller, READ_SCOPES)) throw forbidden(`This needs the scope ${READ_SCOPES.join(' or ')}.`);
}

/** Returns undefined for a fault of ours, whose message is not for callers. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof InvalidTokenError) return 401;
  return error instanceof GraphQLError ? STATUS[String(error.extensions['code'])] : undefined;
}
