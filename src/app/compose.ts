import 'reflect-metadata';
import type { Provider } from '@openfeature/server-sdk';
import { createMutationTrail } from '../action-trail/index.ts';
import type { Config } from '../config.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { IdentifyOrder } from '../orders/index.ts';
import { createIssuerKeys } from '../platform/auth/issuer-keys.ts';
import { openFlags } from '../platform/flags/flags.ts';
import { readFlags } from '../platform/flags/store/flag-table.ts';
import { TableProvider } from '../platform/flags/table-provider.ts';
import { createLogger, type Logger } from '../platform/telemetry/logger.ts';
import { createTelemetry, type ProcessFigures } from '../platform/telemetry/telemetry.ts';
import { startBackground } from './background.ts';
import { connectDatabases } from './databases.ts';
import { registerGauges, waitingGauge } from './gauges.ts';
import { buildGraph } from './graph.ts';
import { composeServer } from './http.ts';
import { createNeighbours } from './neighbours.ts';
import { checkReadiness, type Status } from './readiness.ts';
import { composeEventDelivery } from './services/event-delivery.ts';
import { composeServices } from './services.ts';
import { createStopping } from './stopping.ts';

/** Replacements for parts, from tests or from a deployment with its own flags. */
export interface Overrides {
  clock?: Clock;
  log?: Logger;
  /** Counts of the process that runs this composition; by default none are known. */
  figures?: ProcessFigures;
  /** Starts no worker: tests run jobs and reconciliation by hand. */
  withoutBackground?: boolean;
  /** Replaces our own table of flags (docs/decisions/0032). stop() closes it. */
  flagProvider?: Provider;
  /** Names new orders; by default at random. */
  identifyOrder?: IdentifyOrder;
}

export type Composition = Awaited<ReturnType<typeof compose>>;

/** A gateway's secret opens every `@inaccessible` field; the start warns about a shorter one. */
const GUESSABLE_LENGTH = 16;

/** The composition root: builds and connects everything. It does not listen yet. */
export async function compose(config: Config, overrides: Overrides = {}) {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger(config.LOG_LEVEL);
  const telemetry = createTelemetry(overrides.figures);
  if (config.GATEWAY_SECRET?.some(({ length }) => length < GUESSABLE_LENGTH))
    log.warn({ event: 'gateway_secret_short' });
  const databases = await connectDatabases(config, { clock, log, telemetry });
  const { callers, background: database } = databases;
  const tracing = await startTracing(config, log);
  const neighbours = createNeighbours(config, { clock, log, telemetry });
  const ownFlags = () => new TableProvider(() => readFlags(callers.connections), clock, log);
  const flagProvider: Provider = overrides.flagProvider ?? ownFlags();
  const flags = await openFlags(flagProvider, log);
  const services = composeServices(config, {
    clock,
    log,
    telemetry,
    callers,
    database,
    backgroundUrl: databases.backgroundUrl,
    flags,
    neighbours,
    identifyOrder: overrides.identifyOrder,
  });
  const subgraph = buildGraph(services, createMutationTrail(callers, clock));
  registerGauges(telemetry, database, clock);
  telemetry.gauge(waitingGauge(services.waiters, services.follow));
  const issuerKeys = createIssuerKeys({ url: config.AUTH_JWKS_URL, log });
  const status: Status = { isStopping: false, worker: undefined };
  const readiness = () => checkReadiness(databases, neighbours, status);
  const parts = { subgraph, services, neighbours, issuerKeys, isTraced: tracing !== undefined, telemetry, log };
  const { server, stop: stopServing } = await composeServer(config, { ...parts, readiness });
  await neighbours.redis?.tried;
  const deliverEvents = composeEventDelivery(subgraph.schema, { clock, log, telemetry, database, neighbours });
  const background = { services, deliverEvents, databases, log, telemetry, clock };
  if (!overrides.withoutBackground) status.worker = startBackground(config, background);
  const { worker } = status;

  const stopping = createStopping({
    finish: { requests: stopServing, jobs: async () => worker?.stop() },
    async release() {
      neighbours.close();
      issuerKeys.close();
      await Promise.all([flags.close(), telemetry.stop(), tracing?.stop(), services.listener.close()]).finally(() =>
        databases.close(),
      );
    },
  });
  /** `drained`: fails /readyz for two seconds first, so that no caller loses a request. See Stopping. */
  const stop = async ({ drained = false } = {}): Promise<void> => {
    status.isStopping = true;
    services.watch.stop();
    await stopping.stop(drained);
  };
  const { unfinished } = stopping;
  return {
    server,
    worker,
    database,
    callers,
    flagProvider,
    services,
    deliverEvents,
    neighbours,
    subgraph,
    log,
    stop,
    unfinished,
  };
}

/** Loads the tracer only if a collector is configured. */
async function startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config, log: Logger) {
  if (endpoint === undefined) return undefined;
  const tracer = await import('../platform/telemetry/tracing.ts');
  return tracer.startTracing({ endpoint, log });
}
