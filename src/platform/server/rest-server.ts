import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { hasAnyScope, READ_SCOPES } from '../auth/caller.ts';
import { InvalidTokenError } from '../auth/invalid-token.ts';
import { badUserInput, forbidden, unauthenticated } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RequestContexts } from './incoming-requests.ts';
import type { RequestContext } from './request-context.ts';
import type { RestRoute } from './rest-route.ts';

const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_USER_INPUT: 400 };

function assertMayRead({ caller }: RequestContext): void {
  if (caller === undefined) throw unauthenticated();
  if (!hasAnyScope(caller, READ_SCOPES)) throw forbidden(`This needs the scope ${READ_SCOPES.join(' or ')}.`);
}

/** One REST GET: the same token and scopes as the graph; `organization_id` defaults to the token's. */
export function registerRestRoute(
  app: FastifyInstance,
  route: RestRoute,
  contexts: RequestContexts,
  log: Logger,
): void {
  app.get<{ Querystring: { organization_id?: string | string[] } }>(route.path, async (request, reply) => {
    const correlationId = contexts.correlationIdOf(request);
    try {
      const context = await contexts.contextOf(request);
      assertMayRead(context);
      const { organization_id: organizationId } = request.query;
      if (Array.isArray(organizationId)) throw badUserInput('organization_id must be given once.');
      return { data: await route.answer(context, organizationId) };
    } catch (error) {
      if (error instanceof InvalidTokenError) return reply.status(401).send({ error: error.message, correlationId });
      const status = error instanceof GraphQLError ? STATUS[String(error.extensions['code'])] : undefined;
      if (status !== undefined) return reply.status(status).send({ error: (error as Error).message, correlationId });
      log.error({ event: 'request_failed', path: route.path, correlationId, err: error });
      return reply
        .status(503)
        .send({ error: 'This cannot be had at the moment: try again in a while.', correlationId });
    }
  });
}
