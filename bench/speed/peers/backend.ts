import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { connectDatabases } from '../../../src/app/databases.ts';
import { createNeighbours } from '../../../src/app/neighbours.ts';
import { composeServices } from '../../../src/app/services.ts';
import { loadConfig } from '../../../src/config.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createIssuerKeys } from '../../../src/platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../../../src/platform/auth/verify-token.ts';
import { openFlags } from '../../../src/platform/flags/flags.ts';
import { readFlags } from '../../../src/platform/flags/store/flag-table.ts';
import { TableProvider } from '../../../src/platform/flags/table-provider.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { createTelemetry } from '../../../src/platform/telemetry/telemetry.ts';
import { plainOptions } from './plain-options.ts';

export type Backend = Awaited<ReturnType<typeof createBackend>>;

/**
 * What stands behind each peer, so that all do the same work for the same answer: our services, which keep what they have made
 * between requests; or, plain, the options and the token check as they are where nobody keeps anything.
 */
export async function createBackend(isPlain: boolean) {
  const config = loadConfig();
  const clock = systemClock;
  const log = createLogger('silent');
  const telemetry = createTelemetry();
  const { callers, background: database } = await connectDatabases(config, log);
  const neighbours = createNeighbours(config, { clock, log, telemetry });
  const table = new TableProvider(() => readFlags(callers.connections), clock, log);
  const flags = await openFlags(table, log);
  await neighbours.redis?.tried;
  const keys = createIssuerKeys({ url: config.AUTH_JWKS_URL, log });
  const verifyToken = createTokenVerifier({
    keys: isPlain ? { ...keys, version: () => undefined } : keys,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
  const services = composeServices(config, { clock, log, telemetry, callers, database, flags, neighbours });
  return {
    services,
    options: isPlain ? plainOptions({ neighbours, callers, flags, clock }) : services.options,
    async contextOf(authorization: string | undefined): Promise<RequestContext> {
      return { caller: await verifyToken(authorization), correlationId: randomUUID(), log, logFields: {} };
    },
  };
}

/** A peer that listens on a free port of loopback; answers its URL of GraphQL. */
export type StartPeer = (backend: Backend) => Promise<string>;
