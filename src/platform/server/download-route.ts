import { finished, Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput, rateLimited } from '../graphql/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Authenticate } from './authenticate.ts';
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
const MAX_AT_ONCE = 16;
const MAX_OF_CALLER = 2;
const RETRY_SECONDS = 10;
/** A client that reads a little now and then would keep its place for ever. */
const MAX_MS = 15 * 60_000;

type Asked = FastifyRequest<{ Params: { file: string }; Querystring: { organizationId?: string | string[] } }>;

export function registerDownloadRoutes(
  app: FastifyInstance,
  routes: readonly DownloadRoute[],
  parts: DownloadParts,
): void {
  const { authenticate, onRead, log } = parts;
  const places = new Places();
  for (const route of routes) {
    app.get(route.path, async (request: Asked, reply) => {
      try {
        const context = await authenticate(request);
        assertMayRead(context);
        const { organizationId } = request.query;
        if (Array.isArray(organizationId)) throw badUserInput('organizationId must be given once.');
        const file = route.open(context, request.params.file, organizationId);
        const release = places.take(context.caller?.subject ?? '');
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

/** The downloads in progress, in all and by caller. */
class Places {
  private readonly taken = new Map<string, number>();
  private all = 0;

  /** Throws RATE_LIMITED. Returns the function that frees the place. */
  take(subject: string): () => void {
    const own = this.taken.get(subject) ?? 0;
    if (own >= MAX_OF_CALLER) {
      throw rateLimited(`At most ${MAX_OF_CALLER} downloads at once: wait until one has ended.`, RETRY_SECONDS);
    }
    if (this.all >= MAX_AT_ONCE) throw rateLimited('Too many downloads at the moment: try again.', RETRY_SECONDS);
    this.taken.set(subject, own + 1);
    this.all += 1;
    return () => {
      this.all -= 1;
      const rest = (this.taken.get(subject) ?? 1) - 1;
      if (rest === 0) this.taken.delete(subject);
      else this.taken.set(subject, rest);
    };
  }
}
