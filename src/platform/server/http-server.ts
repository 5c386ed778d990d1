import type { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { VerifyToken } from '../auth/verify-token.ts';
import type { AnswerSubscription } from '../graphql/answer-subscription.ts';
import type { ErrorStatus } from '../graphql/error-status.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { authenticateForGraph, createAuthenticate } from './authenticate.ts';
import { answerClientError } from './client-errors.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections, serverOptions } from './connection-limits.ts';
import { Connections } from './connections.ts';
import { correlationIdOf } from './correlation.ts';
import { registerCors } from './cors.ts';
import { type DownloadRoute, registerDownloadRoutes } from './download-route.ts';
import { type Drain, prepareDrain } from './drain.ts';
import { answerUnrouted, createFailures, type Failures, GRAPH_PATH } from './failures.ts';
import { requireGatewaySecret } from './gateway-secret.ts';
import { createHostCheck, hasRightHost, registerSecurityHeaders } from './headers.ts';
import { type LinkRoute, registerLinkRoute } from './link-route.ts';
import { logRequests } from './logged-requests.ts';
import { refuseLongDocuments } from './long-documents.ts';
import { limitMemory } from './memory-limits.ts';
import { type Readiness, registerProbes } from './probe-routes.ts';
import { type RawRoute, registerRawRoute } from './raw-route.ts';
import { type HoldBody, readTexts } from './read-body.ts';
import type { RequestContext } from './request-context.ts';
import { type RestRoute, registerRestRoute } from './rest-route.ts';
import { createGraphStream, prefersStream } from './stream-graph.ts';
import { traceRequests, type WithinRequest } from './traced-requests.ts';

export interface HttpServerOptions {
  apollo: ApolloServer<RequestContext>;
  /** Without it, no subscription is answered. */
  subscriptions?: AnswerSubscription;
  rawRoutes: readonly RawRoute[];
  restRoutes: readonly RestRoute[];
  downloadRoutes?: readonly DownloadRoute[];
  linkRoutes?: readonly LinkRoute[];
  verifyToken: VerifyToken;
  /** With secrets, /graphql requires one of them in `x-gateway-secret`. */
  gatewaySecrets: readonly string[] | undefined;
  errorStatus: ErrorStatus;
  telemetry: Telemetry;
  log: Logger;
  readiness: () => Promise<Readiness>;
  /** True if traces are exported. */
  isTraced: boolean;
  /** The origins whose pages may call from a browser; none by default. */
  corsOrigins?: readonly string[];
  /** The names that requests may carry in `Host`; any by default. */
  allowedHosts?: readonly string[] | undefined;
  connectionLimits?: ConnectionLimits;
  /** The share of lines about queries without a fault that are logged; all by default. */
  logRequestsPercent?: number;
}

export interface HttpServer {
  app: FastifyInstance;
  /** Must run before Apollo stops, because Apollo closes the server while requests may be in flight. */
  drain: Drain;
}

/** Exceeds the limits of a document and its variables (graphql/limits), so a longer body need not be parsed. */
const MAX_GRAPHQL_BYTES = 128 * 1024;

/** Builds the HTTP server (contracts.md 4): the graph, REST, the webhook, health and metrics. Starts Apollo. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const failures = createFailures(options.log);
  const { app, drain, holdBody, open } = createApp(failures, options);
  options.apollo.addPlugin(fastifyApolloDrainPlugin(app));
  await options.apollo.start();
  await addHooks(app, failures, options);
  registerRoutes(app, options, { holdBody, open });
  return { app, drain };
}

interface Connected {
  holdBody: HoldBody;
  open: Connections;
}

function createApp(failures: Failures, options: HttpServerOptions): HttpServer & Connected {
  const { connectionLimits = CONNECTION_LIMITS, telemetry } = options;
  const app: FastifyInstance = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    ...serverOptions(connectionLimits),
    clientErrorHandler: ({ code }, socket) => answerClientError(open, code, socket),
    frameworkErrors: (_error, request, reply) => failures.onBadPath(request, reply),
  });
  const open = new Connections(app.server, (connection) => limitPipeline(connection));
  const { limitPipeline, holdBody } = limitMemory(app, open, connectionLimits, telemetry.connectionClosed);
  const drain = prepareDrain(app, open);
  limitConnections(app, open, connectionLimits, telemetry.connectionClosed);
  readTexts(app, MAX_GRAPHQL_BYTES, holdBody);
  return { app, drain, holdBody, open };
}

/** Hooks run in the order of this function. They take callbacks, because a promise per hook and request costs time. */
async function addHooks(app: FastifyInstance, failures: Failures, options: HttpServerOptions): Promise<void> {
  const { log, corsOrigins = [], isTraced } = options;
  const within: WithinRequest = isTraced ? traceRequests(app) : (_request, run) => run();
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', correlationIdOf(request));
    done();
  });
  await registerSecurityHeaders(app);
  checkHosts(app, failures, options.allowedHosts);
  logRequests(app, log, within, options.logRequestsPercent);
  app.setErrorHandler(failures.onError);
  answerUnrouted(app, failures);
  const files = [...(options.downloadRoutes ?? []), ...(options.linkRoutes ?? [])];
  const restPaths = [...options.restRoutes, ...files].map(({ path }) => path);
  if (corsOrigins.length > 0) await registerCors(app, corsOrigins, restPaths);
}

function checkHosts(app: FastifyInstance, failures: Failures, allowed: readonly string[] | undefined): void {
  const isAllowed = allowed === undefined ? () => true : createHostCheck(allowed);
  app.addHook('onRequest', (request, reply, done) => {
    if (!hasRightHost(request)) failures.send(request, reply, 400, 'The Host header is missing or not valid.');
    else if (isAllowed(request)) done();
    else failures.send(request, reply, 421, 'This server does not answer to the name in the Host header.');
  });
}

function registerRoutes(app: FastifyInstance, options: HttpServerOptions, { holdBody, open }: Connected): void {
  const authenticate = createAuthenticate(options);
  const onRead = ({ raw }: FastifyRequest) => open.restartAnswer(raw);
  const authenticateCaller = authenticateForGraph(authenticate, options.errorStatus);
  const answerOnce = fastifyApolloHandler(options.apollo, { context: authenticateCaller });
  const { subscriptions: answer, connectionLimits: { answerMs } = CONNECTION_LIMITS } = options;
  const stream = answer && createGraphStream({ answer, authenticate: authenticateCaller, onRead, answerMs });
  app.route({
    url: GRAPH_PATH,
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    // Runs before the body is read, so that only the gateway learns about faults of a body.
    onRequest: requireGatewaySecret(options.gatewaySecrets),
    preHandler: refuseLongDocuments(options.errorStatus),
    handler: (request, reply) =>
      stream !== undefined && prefersStream(request.headers.accept)
        ? stream(request, reply)
        : answerOnce.call(app, request, reply),
  });
  for (const route of options.restRoutes) registerRestRoute(app, route, authenticate, options.log);
  registerDownloadRoutes(app, options.downloadRoutes ?? [], { authenticate, onRead, log: options.log });
  for (const route of options.linkRoutes ?? []) registerLinkRoute(app, route, options.log);
  for (const route of options.rawRoutes) registerRawRoute(app, route, holdBody);
  registerProbes(app, options);
}
