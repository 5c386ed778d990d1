import type { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { refuseLongDocuments } from '../graphql/limits/document-text.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { answerClientError } from './client-errors.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections, serverOptions } from './connection-limits.ts';
import { Connections } from './connections.ts';
import { registerCors } from './cors.ts';
import { type Drain, prepareDrain } from './drain.ts';
import { GRAPH_PATH } from './failure-body.ts';
import { answerUnrouted, createFailures, pathOf } from './failures.ts';
import { hasRightHost, registerSecurityHeaders } from './headers.ts';
import { createRequestContexts, type RequestContextOptions } from './incoming-requests.ts';
import type { RawRoute } from './raw-route.ts';
import type { RequestContext } from './request-context.ts';
import type { RestRoute } from './rest-route.ts';
import { registerRestRoute } from './rest-server.ts';
import { traceRequests, type WithinRequest } from './traced-requests.ts';

export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

export interface HttpServerOptions extends RequestContextOptions {
  apollo: ApolloServer<RequestContext>;
  rawRoutes: readonly RawRoute[];
  restRoutes: readonly RestRoute[];
  telemetry: Telemetry;
  log: Logger;
  readiness: () => Promise<Readiness>;
  /** Whether there is somebody to send traces to. */
  isTraced: boolean;
  /** Whose pages may ask from a browser; none where nothing is said. */
  corsOrigins?: readonly string[];
  connectionLimits?: ConnectionLimits;
}

/** Twice what a document and its variables may have (graphql/limits): what is longer need not be parsed. */
const MAX_GRAPHQL_BYTES = 128 * 1024;

export interface HttpServer {
  app: FastifyInstance;
  /** Before Apollo is stopped, which closes the server, where requests may be on their way. */
  drain: Drain;
}

/** Plain words and numbers of ours, so that nothing in them is to be blanked by its name. */
const ofRequests = (log: Logger) => log.child({}, { redact: [] });

function logLine(log: Logger, request: FastifyRequest, reply: FastifyReply, fields: Record<string, unknown>): void {
  log.info({
    event: 'request',
    method: request.method,
    path: pathOf(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ...fields,
  });
}

function registerRawRoute(app: FastifyInstance, route: RawRoute): void {
  // Encapsulated: only here is a body left as bytes, whatever its content type says.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: route.maxBytes }, (_request, body, done) =>
      done(null, body),
    );
    scope.addHook('onError', async (request) => {
      if (request.body === undefined) route.onUnread?.();
    });
    scope.post(route.path, async (request, reply) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { status, error } = await route.answer(rawBody, request.headers);
      return reply.status(status).send(error === undefined ? { status: 'ok' } : { error });
    });
  });
}

/** Everything that we serve over HTTP (contracts.md 4): the graph, REST, the webhook, health and metrics. Starts Apollo. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, connectionLimits = CONNECTION_LIMITS, corsOrigins = [] } = options;
  const contexts = createRequestContexts(options);
  const requestLog = ofRequests(log);
  const failures = createFailures(contexts, log);
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: MAX_GRAPHQL_BYTES,
    forceCloseConnections: 'idle',
    ...serverOptions(connectionLimits),
    clientErrorHandler: ({ code }, socket) => answerClientError(open, code, socket),
    frameworkErrors: (_error, request, reply) => failures.onBadPath(request, reply),
  });
  const open = new Connections(app.server);
  const drain = prepareDrain(app, open);
  limitConnections(app, open, connectionLimits);
  options.apollo.addPlugin(fastifyApolloDrainPlugin(app));
  await options.apollo.start();

  const within: WithinRequest = options.isTraced ? traceRequests(app, contexts) : (_request, run) => run();
  // By callback, where nothing is waited for: a promise for every hook of every request is felt.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', contexts.correlationIdOf(request));
    done();
  });
  registerSecurityHeaders(app);
  app.addHook('onRequest', (request, reply, done) => {
    if (hasRightHost(request)) done();
    else failures.send(request, reply, 400, 'The header Host is missing or not right.');
  });
  app.addHook('onResponse', (request, reply, done) => {
    const quiet = ['/livez', '/readyz', '/metrics'].includes(pathOf(request));
    if (!quiet) within(request, () => logLine(requestLog, request, reply, contexts.logFieldsOf(request)));
    done();
  });
  app.setErrorHandler(failures.onError);
  answerUnrouted(app, failures);
  const restPaths = options.restRoutes.map(({ path }) => path);
  if (corsOrigins.length > 0) await registerCors(app, corsOrigins, restPaths);

  app.route({
    url: GRAPH_PATH,
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    // Before the body is read: whoever is not the gateway learns nothing of what is wrong with it.
    onRequest: contexts.requireGateway,
    preHandler: refuseLongDocuments,
    handler: fastifyApolloHandler(options.apollo, { context: (request) => contexts.forGraphql(request) }),
  });
  for (const route of options.restRoutes) registerRestRoute(app, route, contexts, log);
  for (const route of options.rawRoutes) registerRawRoute(app, route);

  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await options.readiness();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
  app.get('/metrics', (request, reply) => {
    // Behind Fastify's back: they would be left out.
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, String(value));
    reply.hijack();
    options.telemetry.serve(request.raw, reply.raw);
  });
  return { app, drain };
}
