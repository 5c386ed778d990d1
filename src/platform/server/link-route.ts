import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rateLimited } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logFieldsOf } from './correlation.ts';
import type { RequestContext } from './request-context.ts';
import { answerRestError } from './rest-errors.ts';

/** A GET whose path is its credential: it needs no token of a caller, and reads none. */
export interface LinkRoute {
  /** The log and the traces have this pattern, never the credential. */
  path: `${string}/:file`;
  /** Resolves to the file. `contextOf` gives the context of a reader of one organization, once the credential is verified. */
  open(credential: string, contextOf: (organizationId: string) => RequestContext): Promise<LinkedFile>;
}

export interface LinkedFile {
  /** ASCII letters, digits, dots and hyphens. */
  name: string;
  contentType: string;
  content: Buffer;
  contentHash: string;
}

/** Each one may hold a document in memory and wait for a connection to the database. */
const MAX_AT_ONCE = 64;
const RETRY_SECONDS = 5;

export function registerLinkRoute(app: FastifyInstance, route: LinkRoute, log: Logger): void {
  let inProgress = 0;
  app.get<{ Params: { file: string } }>(route.path, async (request, reply) => {
    inProgress += 1;
    try {
      if (inProgress > MAX_AT_ONCE) throw rateLimited('Too many documents at the moment: try again.', RETRY_SECONDS);
      const file = await route.open(request.params.file, (organizationId) => readerOf(request, organizationId, log));
      return await reply
        .type(file.contentType)
        // Nothing of ours is shown as a page of our origin.
        .header('content-disposition', `attachment; filename="${file.name}"`)
        // The browser may keep it for as long as the link lives, and nobody in between may.
        .header('cache-control', 'private, max-age=600')
        .header('etag', `"${file.contentHash}"`)
        .send(file.content);
    } catch (error) {
      return answerRestError(request, reply, error, log);
    } finally {
      inProgress -= 1;
    }
  });
}

/** A reader without scopes: row-level security shows it the rows of this organization alone. */
function readerOf(request: FastifyRequest, organizationId: string, log: Logger): RequestContext {
  const logFields = logFieldsOf(request);
  logFields['organizationId'] = organizationId;
  const { correlationId } = logFields;
  return {
    caller: { subject: 'document link', organizationId, scopes: new Set() },
    correlationId,
    startedAt: performance.now(),
    log: log.child({ correlationId }),
    logFields,
  };
}
