import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_DOCUMENT_BYTES } from './limits.ts';

/** Answers 400 to a query whose text is too long, in a POST or a GET, before anything parses it. */
export function refuseLongDocuments({ body, query }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const bytes = Math.max(bytesOfQuery(body), bytesOfQuery(query));
  if (bytes <= MAX_DOCUMENT_BYTES) {
    done();
    return;
  }
  const message = `document bytes ${bytes} is more than ${MAX_DOCUMENT_BYTES}.`;
  void reply.status(400).send({ errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
}

function bytesOfQuery(params: unknown): number {
  const query = typeof params === 'object' && params !== null && 'query' in params ? params.query : undefined;
  return typeof query === 'string' ? Buffer.byteLength(query) : 0;
}
