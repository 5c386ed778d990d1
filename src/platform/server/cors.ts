import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { GRAPH_PATH } from './failures.ts';

/** The headers that a page may send. No page may know the gateway's secret. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  // Apollo's clients send these.
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-apollo-operation-id',
  'x-apollo-cache-key',
  'x-apollo-cache-do-not-store',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-correlation-id',
  'traceparent',
  'tracestate',
];
/** A browser caches a preflight's answer for this long, so a changed setting takes this long to arrive. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets only pages of these origins read the graph and the REST routes. Allows no credentials, because a token names the caller,
 * never a cookie. A page of another origin gets no CORS header.
 */
export async function registerCors(
  app: FastifyInstance,
  origins: readonly string[],
  restPaths: readonly string[],
): Promise<void> {
  const methods = new Map<string, string[]>(restPaths.map((path) => [path, ['GET']]));
  methods.set(GRAPH_PATH, ['GET', 'POST']);
  await app.register(cors, {
    delegator: ({ headers: { origin = '' }, url }, done) => {
      const path = url.split('?')[0] ?? '';
      // The routes of files end with a name of their own.
      const allowed = methods.get(path) ?? methods.get(`${path.slice(0, path.lastIndexOf('/') + 1)}:file`);
      done(null, {
        origin: allowed !== undefined && origins.includes(origin) ? origin : false,
        methods: allowed,
        allowedHeaders: REQUEST_HEADERS,
        exposedHeaders: ['x-correlation-id', 'retry-after'],
        maxAge: MAX_AGE_SECONDS,
      });
    },
  });
}
