import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorStatus } from '../graphql/error-status.ts';
import { describeExcess, firstOver } from '../graphql/limits/excess.ts';
import { MAX_DOCUMENT_BYTES } from '../graphql/limits/limits.ts';
import { sendGraphError } from './failures.ts';

const LIMITS = { 'document bytes': MAX_DOCUMENT_BYTES };

/** Refuses a query whose text is too long, in a POST or a GET, before anything parses it. */
export function refuseLongDocuments(statusOf: ErrorStatus) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { body, query, headers } = request;
    const excess = firstOver({ 'document bytes': Math.max(bytesOfQuery(body), bytesOfQuery(query)) }, LIMITS);
    if (excess === undefined) {
      done();
      return;
    }
    void sendGraphError(request, reply, {
      status: statusOf(400, headers.accept),
      message: describeExcess(excess),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...excess },
    });
  };
}

function bytesOfQuery(params: unknown): number {
  const query = typeof params === 'object' && params !== null && 'query' in params ? params.query : undefined;
  return typeof query === 'string' ? Buffer.byteLength(query) : 0;
}
