import 'reflect-metadata';
import type { Provider } from '@openfeature/server-sdk';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { createMutationTrail } from '../action-trail/index.ts';
import { auditAgeGauge, auditViolationsGauge } from '../audit/index.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { orderAgeGauge, orderGauge } from '../orders/index.ts';
import { openPaymentsGauge } from '../payments/index.ts';
import { createIssuerKeys } from '../platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../platform/auth/verify-token.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { openFlags } from '../platform/flags/flags.ts';
import { readFlags } from '../platform/flags/store/flag-table.ts';
import { TableProvider } from '../platform/flags/table-provider.ts';
import { createApolloServer } from '../platform/graphql/apollo.ts';
import { createMutationLimit } from '../platform/graphql/mutation-limit.ts';
import type { Subgraph } from '../platform/graphql/subgraph-schema.ts';
import { jobAgeGauge, jobGauge } from '../platform/jobs/store/job-gauges.ts';
import type { JobWorker } from '../platform/jobs/worker.ts';
import { createHttpServer } from '../platform/server/http-server.ts';
import { createLogger, type Logger } from '../platform/telemetry/logger.ts';
import { createTelemetry } from '../platform/telemetry/telemetry.ts';
import { type Background, startBackground } from './background.ts';
import { connectDatabases } from './databases.ts';
import { buildGraph } from './graph.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import { composeServices, type Services } from './services.ts';

/** What tests, or a deployment with flags of its own, put in the place of the real thing. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** Starts no worker: no job runs, nor the reconciliation; tests run them by hand. */
  withoutBackground?: boolean;
  /** Says what is switched on, in the place of our own table (docs/decisions/0032). Closed with the composition. */
  flagProvider?: Provider;
}

export interface Composition {
  server: FastifyInstance;
  worker: JobWorker | undefined;
  /** As the background: every organization's rows. */
  database: DataSource;
  /** As callers' requests reach it. */
  callers: TenantDatabase;
  flagProvider: Provider;
  services: Services;
  neighbours: Neighbours;
  subgraph: Subgraph;
  log: Logger;
  /**
   * Finishes what is under way, requests and jobs side by side, then lets everything go. `drained`: first lets the callers
   * hear of it, so that none loses a request; that takes two seconds.
   */
  stop(options?: { drained?: boolean }): Promise<void>;
  /** What stop() still waits for. */
  unfinished(): string[];
}

/** A gateway's secret below this is told of at the start: it opens every `@inaccessible` field. */
const GUESSABLE_LENGTH = 16;

/** The composition root: builds everything from the configuration and connects it. Nothing listens yet. */
export async function compose(config: Config, overrides: Overrides = {}): Promise<Composition> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger(config.LOG_LEVEL);
  const telemetry = createTelemetry();
  if (config.GATEWAY_SECRET?.some(({ length }) => length < GUESSABLE_LENGTH))
    log.warn({ event: 'gateway_secret_short' });
  const databases = await connectDatabases(config, log);
  const { callers, background: database } = databases;
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const tracing = endpoint === undefined ? undefined : await traceTo(endpoint, log);
  const neighbours = createNeighbours(config, { clock, log, telemetry });
  const flagProvider = overrides.flagProvider ?? new TableProvider(() => readFlags(callers.connections), clock, log);
  const flags = await openFlags(flagProvider, log);
  const services = composeServices(config, { clock, log, telemetry, callers, database, flags, neighbours });
  const subgraph = buildGraph(services, createMutationTrail(callers, clock));
  telemetry.gauge(orderGauge(database));
  telemetry.gauge(orderAgeGauge(database, clock));
  telemetry.gauge(jobGauge(database));
  telemetry.gauge(jobAgeGauge(database));
  telemetry.gauge(openPaymentsGauge(database));
  telemetry.gauge(auditViolationsGauge(database));
  telemetry.gauge(auditAgeGauge(database, clock));

  let stopping = false;
  let background: Background | undefined;
  const issuerKeys = createIssuerKeys({ url: config.AUTH_JWKS_URL, log });
  const apollo = createApolloServer({
    subgraph,
    // With secrets set, whoever gets as far as the graph is a gateway.
    isSchemaOpen: config.GRAPH_SCHEMA_PUBLIC === 'on' || config.GATEWAY_SECRET !== undefined,
    telemetry,
    mutationLimit: createMutationLimit(config.MUTATIONS_PER_MINUTE, neighbours.redis?.run),
    log,
  });
  const { app: server, drain } = await createHttpServer({
    apollo,
    rawRoutes: services.rawRoutes,
    restRoutes: services.restRoutes,
    telemetry,
    isTraced: tracing !== undefined,
    log,
    verifyToken: createTokenVerifier({
      keys: issuerKeys,
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
    }),
    gatewaySecrets: config.GATEWAY_SECRET,
    corsOrigins: config.CORS_ORIGINS,
    async readiness() {
      const up = await callers.connections.query('select 1').then(
        () => true,
        () => false,
      );
      const redis = neighbours.redis === undefined ? 'none' : neighbours.redis.isUp ? 'up' : 'down';
      const jobs = background?.state() ?? 'off';
      const checks = { database: up ? 'up' : 'down', redis, jobs, stopping: String(stopping) };
      return { ready: up && !stopping, checks };
    },
  });

  await neighbours.redis?.tried;
  if (!overrides.withoutBackground)
    background = startBackground(config, { services, databases, log, telemetry, clock });
  const stopServing = async (drained: boolean) => {
    if (drained) await drain.run();
    // Closes the server too.
    await apollo.stop();
  };
  const letGo = async () => {
    neighbours.close();
    issuerKeys.close();
    await Promise.all([flags.close(), telemetry.stop(), tracing?.stop()]).finally(() => databases.close());
  };
  const awaited = new Set<string>();
  const waitFor = async (what: string, ending: Promise<void> | undefined) => {
    awaited.add(what);
    await ending;
    awaited.delete(what);
  };
  return {
    server,
    worker: background?.worker,
    database,
    callers,
    flagProvider,
    services,
    neighbours,
    subgraph,
    log,
    async stop({ drained = false } = {}) {
      stopping = true;
      await Promise.all([waitFor('requests', stopServing(drained)), waitFor('jobs', background?.stop())]);
      await waitFor('connections', letGo());
    },
    unfinished: () => [...awaited],
  };
}

/** Loaded where it is used: the start of everybody else does not wait for it. */
async function traceTo(endpoint: string, log: Logger) {
  const { startTracing } = await import('../platform/telemetry/tracing.ts');
  return startTracing({ endpoint, log });
}
