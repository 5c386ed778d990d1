import type { DataSource } from 'typeorm';
import type { HubCore } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { owedQuantities } from '../excess-usage/index.ts';
import { sum } from '../kernel/money.ts';
import { settledExcess } from '../ledger/index.ts';
import { readConfigurations } from '../topup-options/index.ts';
import { OperatorRefusal } from './operator-refusal.ts';

/**
 * Returns the units that an organization used beyond a quota and that no order has settled. Throws OperatorRefusal if
 * hub-core cannot tell.
 */
export type OutstandingExcess = (organizationId: string, code: string) => Promise<bigint>;

export function outstandingExcessAt(hubCore: HubCore, database: DataSource): OutstandingExcess {
  return async (organizationId, code) => {
    const configuration = (await readConfigurations(database)).find((row) => row.code === code);
    if (configuration === undefined || configuration.excessKey === null) return 0n;
    const { excess, unknownExcess } = await organizationOf(hubCore, organizationId);
    if (unknownExcess.includes('*') || unknownExcess.includes(configuration.excessKey)) {
      throw unknownUsage(organizationId, `hub-core's report under ${configuration.excessKey} is malformed`);
    }
    const [settled = new Map()] = await settledExcess(database, [organizationId]);
    return sum(owedQuantities(configuration, excess, settled).map(({ quantity }) => quantity));
  };
}

async function organizationOf(hubCore: HubCore, id: string) {
  const found = await hubCore.organizations([id]).then(
    (organizations) => organizations.get(id),
    (error: Error) => error,
  );
  if (found === undefined) throw unknownUsage(id, 'hub-core does not know the organization');
  if (isUpstreamError(found)) throw unknownUsage(id, found.message);
  if (found instanceof Error) throw found;
  return found;
}

function unknownUsage(organizationId: string, why: string): OperatorRefusal {
  return new OperatorRefusal(
    `The usage of organization ${organizationId} cannot be read at the moment: ${why}. Try again later.`,
  );
}
