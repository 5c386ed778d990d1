import { randomUUID } from 'node:crypto';
import { plainOptions } from './plain-options.ts';
import { createBalances } from './support/balances.ts';
import { createCatalogue } from './support/catalogue.ts';
import { Database } from './support/database.ts';
import { createExcess } from './support/excess.ts';
import { openFlags } from './support/flags.ts';
import { createNeighbours } from './support/neighbours.ts';
import { createOrders } from './support/orders.ts';
import { createOrganizations } from './support/organizations.ts';
import type { RequestContext } from './support/request.ts';
import { createTokenVerifier } from './support/token.ts';

export type Backend = Awaited<ReturnType<typeof createBackend>>;

/** The services behind each peer, so that all do the same work for the same answer. */
export async function createBackend(environment: NodeJS.ProcessEnv) {
  const setting = (name: string) => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  };
  const database = new Database(setting('DATABASE_URL'));
  const { pool } = database;
  const neighbours = createNeighbours({
    hubCoreUrl: setting('HUB_CORE_URL'),
    billingUrl: setting('MEKARI_BILLING_URL'),
    clientId: setting('MEKARI_CLIENT_ID'),
    clientSecret: setting('MEKARI_CLIENT_SECRET'),
  });
  const flags = await openFlags(pool);
  const verifyToken = await createTokenVerifier({
    jwksUrl: setting('AUTH_JWKS_URL'),
    issuer: setting('AUTH_ISSUER'),
    audience: setting('AUTH_AUDIENCE'),
  });
  const organizations = createOrganizations(neighbours.organizations, flags);
  const rowsOf = createCatalogue(pool);
  return {
    options: plainOptions({ neighbours, pool, flags }),
    organizations,
    rowsOf,
    excess: createExcess({ database, organizations, packages: neighbours.packages, rowsOf }),
    balances: createBalances(database),
    orders: createOrders(database),
    async contextOf(authorization: string | undefined): Promise<RequestContext> {
      return { caller: await verifyToken(authorization), correlationId: randomUUID() };
    },
  };
}

/** A peer that listens on a free port of loopback; answers its URL of GraphQL. */
export type StartPeer = (backend: Backend) => Promise<string>;
