import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { connectDatabases } from '../../../src/compose-databases.ts';
import { createNeighbours } from '../../../src/compose-neighbours.ts';
import { composeServices } from '../../../src/compose-services.ts';
import { loadConfig } from '../../../src/config.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { createIssuerKeys } from '../../../src/platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../../../src/platform/auth/verify-token.ts';
import { readFlags } from '../../../src/platform/flags/flag-table.ts';
import { openFlags } from '../../../src/platform/flags/flags.ts';
import { TableProvider } from '../../../src/platform/flags/table-provider.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { RequestContext } from '../../../src/platform/request-context.ts';
import { createTelemetry } from '../../../src/platform/telemetry.ts';

export type Backend = Awaited<ReturnType<typeof createBackend>>;

/** What stands behind each peer: our services and our token check, so that all do the same work for the same answer. */
export async function createBackend() {
  const config = loadConfig();
  const clock = systemClock;
  const log = createLogger('silent');
  const telemetry = createTelemetry();
  const { callers, background: database } = await connectDatabases(config, log);
  const neighbours = createNeighbours(config, { clock, log, telemetry });
  const flags = await openFlags(new TableProvider(() => readFlags(callers.connections), clock, log), log);
  await neighbours.redis?.tried;
  const verifyToken = createTokenVerifier({
    keys: createIssuerKeys({ url: config.AUTH_JWKS_URL, log }),
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
  return {
    services: composeServices(config, { clock, log, telemetry, callers, database, flags, neighbours }),
    async contextOf(authorization: string | undefined): Promise<RequestContext> {
      return { caller: await verifyToken(authorization), correlationId: randomUUID(), log, logFields: {} };
    },
  };
}

/** A peer that listens on a free port of loopback; answers its URL of GraphQL. */
export type StartPeer = (backend: Backend) => Promise<string>;
