import 'reflect-metadata';
import type { Provider } from '@openfeature/server-sdk';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { createMutationTrail } from '../action-trail/index.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { createIssuerKeys } from '../platform/auth/issuer-keys.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import { sql } from '../platform/database/sql.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { openFlags } from '../platform/flags/flags.ts';
import { readFlags } from '../platform/flags/store/flag-table.ts';
import { TableProvider } from '../platform/flags/table-provider.ts';
import type { Subgraph } from '../platform/graphql/subgraph-schema.ts';
import type { JobWorker } from '../platform/jobs/worker.ts';
import { createLogger, type Logger } from '../platform/telemetry/logger.ts';
import { createTelemetry } from '../platform/telemetry/telemetry.ts';
import { type Background, startBackground } from './background.ts';
import { connectDatabases } from './databases.ts';
import { registerGauges } from './gauges.ts';
import { buildGraph } from './graph.ts';
import { composeServer } from './http.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import { composeServices, type Services } from './services.ts';
import { createStopping } from './stopping.ts';

/** Parts that tests, or a deployment with flags of its own, put in the place of ours. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** Starts no worker: no job runs, nor the reconciliation; tests run them by hand. */
  withoutBackground?: boolean;
  /** Evaluates the flags in the place of our own table (docs/decisions/0032). Closed with the composition. */
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
   * Finishes requests and jobs in flight, then closes every connection. `drained`: first lets callers learn of it, so that none
   * loses a request; that takes two seconds.
   */
  stop(options?: { drained?: boolean }): Promise<void>;
  /** Names of the steps that stop() still waits for. */
  unfinished(): string[];
}

/** A gateway's secret opens every `@inaccessible` field: one that is shorter is warned of at the start. */
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
  const tracing = await startTracing(config, log);
  const neighbours = createNeighbours(config, { clock, log, telemetry });
  const flagProvider = overrides.flagProvider ?? new TableProvider(() => readFlags(callers.connections), clock, log);
  const flags = await openFlags(flagProvider, log);
  const services = composeServices(config, { clock, log, telemetry, callers, database, flags, neighbours });
  const subgraph = buildGraph(services, createMutationTrail(callers, clock));
  registerGauges(telemetry, database, clock);

  let isStopping = false;
  let background: Background | undefined;
  const issuerKeys = createIssuerKeys({ url: config.AUTH_JWKS_URL, log });
  const readiness = async () => {
    const checks = {
      database: (await answers(callers.connections)) ? 'up' : 'down',
      redis: redisState(neighbours),
      jobs: background?.state() ?? 'off',
      stopping: String(isStopping),
    };
    return { ready: checks.database === 'up' && !isStopping, checks };
  };
  const isTraced = tracing !== undefined;
  const parts = { subgraph, services, neighbours, issuerKeys, isTraced, readiness, telemetry, log };
  const { server, stop: stopServing } = await composeServer(config, parts);
  await neighbours.redis?.tried;
  if (!overrides.withoutBackground)
    background = startBackground(config, { services, databases, log, telemetry, clock });

  let isDrained = false;
  const { stop, unfinished } = createStopping({
    finish: { requests: () => stopServing(isDrained), jobs: async () => background?.stop() },
    async release() {
      neighbours.close();
      issuerKeys.close();
      await Promise.all([flags.close(), telemetry.stop(), tracing?.stop()]).finally(() => databases.close());
    },
  });
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
      isStopping = true;
      isDrained = drained;
      await stop();
    },
    unfinished,
  };
}

/** Loads the tracer where a collector is set; every other start does without it. */
async function startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config, log: Logger) {
  if (endpoint === undefined) return undefined;
  const tracer = await import('../platform/telemetry/tracing.ts');
  return tracer.startTracing({ endpoint, log });
}

const answers = (connections: DataSource): Promise<boolean> =>
  runQuery(connections, sql`select 1 as up`).then(
    () => true,
    () => false,
  );

function redisState({ redis }: Neighbours): string {
  if (redis === undefined) return 'none';
  return redis.isUp ? 'up' : 'down';
}
