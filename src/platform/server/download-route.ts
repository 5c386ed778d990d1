import { finished, Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput, rateLimited } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Authenticate } from './authenticate.ts';
import { ConcurrencyLimit, type ConcurrencyLimits } from './concurrency-limit.ts';
import type { RequestContext } from './request-context.ts';
import { answerRestError, assertMayRead } from './rest-errors.ts';

/** A GET of a file that is made while it is sent, with the graph's tokens and scopes. */
export interface DownloadRoute {
  /** Ends with a name for the file, `/statements/:file`. */
  path: `${string}/:file`;
  contentType: string;
  /** Returns the file's parts. The next one is made when the client has read the earlier ones. */
  open(request: RequestContext, file: string, organizationId: string | undefined): AsyncGenerator<string>;
}

export interface DownloadParts {
  authenticate: Authenticate;
  /** Called whenever the client has read on: only a client that does not is cut off. */
  onRead(request: FastifyRequest): void;
  log: Logger;
}

/** Each download holds a part in memory and asks the database for the next one. */
const MAX_AT_ONCE: ConcurrencyLimits = { all: 16, ofCaller: 2 };
const RETRY_SECONDS = 10;
/** A client that reads a little now and then would hold its download open for ever. */
const MAX_MS = 15 * 60_000;

type Asked = FastifyRequest<{ Params: { file: string }; Querystring: { organizationId?: string | string[] } }>;

export function registerDownloadRoutes(
  app: FastifyInstance,
  routes: readonly DownloadRoute[],
  parts: DownloadParts,
): void {
  const { authenticate, onRead, log } = parts;
  const downloads = new ConcurrencyLimit(MAX_AT_ONCE);
  for (const route of routes) {
    app.get(route.path, async (request: Asked, reply) => {
      try {
        const context = await authenticate(request);
        assertMayRead(context);
        const { organizationId } = request.query;
        if (Array.isArray(organizationId)) throw badUserInput('organizationId must be given once.');
        const file = route.open(context, request.params.file, organizationId);
        const release = downloads.acquire(context.caller?.subject ?? '', tooMany);
        // Also for a client that has gone meanwhile.
        finished(reply.raw, release);
        // A fault before the first part still gets an error answer.
        const first = await file.next();
        const text = Readable.from(
          continued(first, file, () => onRead(request)),
          { objectMode: false },
        );
        return await reply.type(route.contentType).send(text);
      } catch (error) {
        return answerRestError(request, reply, error, log);
      }
    });
  }
}

async function* continued(first: IteratorResult<string>, file: AsyncGenerator<string>, onRead: () => void) {
  const startedAt = performance.now();
  if (first.done !== true) yield first.value;
  for await (const part of file) {
    onRead();
    if (performance.now() - startedAt > MAX_MS) throw new Error(`a download took more than ${MAX_MS} ms`);
    yield part;
  }
}

function tooMany(reached: keyof ConcurrencyLimits): Error {
  const message =
    reached === 'all'
      ? 'Too many downloads at the moment: try again.'
      : `At most ${MAX_AT_ONCE.ofCaller} downloads at once: wait until one has ended.`;
  return rateLimited(message, RETRY_SECONDS);
}
