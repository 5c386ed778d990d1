import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { GRAPH_PATH } from './failure-body.ts';

/** What a page may send along. Not the gateway's secret: a page that knows it has it from somewhere it should not be. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-correlation-id',
  'traceparent',
  'tracestate',
];
/** How long a browser may go by what it was told: a setting that is changed takes so long. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of these origins, and no other, read the graph and the REST routes. Without credentials: who asks is said by a
 * token that the page puts in, and never by what a browser adds on its own. To a stranger's page nothing is said at all.
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
