import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { GRAPH_PATH } from './failure-body.ts';

/** The headers that a page may send. The gateway's secret is not among them: no page may know it. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-correlation-id',
  'traceparent',
  'tracestate',
];
/** A browser may cache a preflight's answer for so long, and a changed setting takes so long to arrive. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of these origins, and no other, read the graph and the REST routes. Without credentials: a token that the page
 * sends names the caller, never a cookie that a browser adds. A page of another origin gets no CORS header at all.
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
      const allowed = methods.get(url.split('?')[0] ?? '');
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
