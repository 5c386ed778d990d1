import { Caller } from './caller.ts';
import type { Ground } from './ground.ts';
import { startReplica } from './replica.ts';
import { startSqlWire } from './sql-wire.ts';
import { table } from './table.ts';

const SIZES = [1, 10, 100];
/** The application name of our connections for requests; those for jobs have another. */
const APPLICATION = 'self-topup';

/** Every field of an organization that a gateway may ask for. */
const ORGANIZATIONS = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
  id
  topupEligibility { reasons }
  topupOptions { code unitPrice { amount } balance { balance } excessUsage { amount { amount } } }
  excessUsages { code }
  quotaBalances { code balance }
  topupOrders(first: 10) { totalCount edges { node { id lines { code } timeline { to } } } }
} } }`;

/** Counts calls and statements by the number of organizations in one request, each on a freshly started replica. */
export async function references(ground: Ground): Promise<string> {
  const rows: string[][] = [];
  for (const size of SIZES) {
    const wire = await startSqlWire(await ground.database(), APPLICATION);
    ground.onStop(wire.stop);
    const replica = await startReplica(ground, { DATABASE_URL: wire.url });
    const caller = new Caller(replica.url, await ground.sandbox.auth.token({ scope: 'topup:support' }));
    const of = ground.organizations.slice(0, size).map((id) => ({ __typename: 'Organization', id }));
    for (const state of ['cold', 'warm']) {
      ground.sandbox.hubCore.clearRequests();
      ground.sandbox.mekariBilling.clearRequests();
      wire.clear();
      const { _entities: found } = await caller.data<{ _entities: ({ topupOptions: unknown[] } | null)[] }>(
        ORGANIZATIONS,
        { of },
      );
      if (found.some((each) => !each?.topupOptions.length)) throw new Error('an organization was not shown whole');
      const figures = [ground.sandbox.hubCore.requestCount(), ground.sandbox.mekariBilling.requestCount()];
      rows.push([`${size}, ${state}`, ...figures.map(String), String(wire.statements().length)]);
    }
    caller.close();
    await replica.stop();
  }
  return table(['organizations', 'calls to hub-core', 'GETs at Mekari Billing', 'SQL statements'], rows);
}
