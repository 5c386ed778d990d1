import type { FastifyInstance } from 'fastify';
import { badUserInput } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Authenticate } from './authenticate.ts';
import type { RequestContext } from './request-context.ts';
import { answerRestError, assertMayRead } from './rest-errors.ts';

/** A GET for REST consumers, with the graph's tokens and scopes. */
export interface RestRoute {
  path: string;
  /** Resolves to the body's `data`. `organizationId` is the query's `organization_id`; default: the token's organization. */
  answer(request: RequestContext, organizationId: string | undefined): Promise<readonly object[]>;
}

export function registerRestRoute(
  app: FastifyInstance,
  route: RestRoute,
  authenticate: Authenticate,
  log: Logger,
): void {
  app.get<{ Querystring: { organization_id?: string | string[] } }>(route.path, async (request, reply) => {
    try {
      const context = await authenticate(request);
      assertMayRead(context);
      const { organization_id: organizationId } = request.query;
      if (Array.isArray(organizationId)) throw badUserInput('organization_id must be given once.');
      return { data: await route.answer(context, organizationId) };
    } catch (error) {
      return answerRestError(request, reply, error, log);
    }
  });
}
