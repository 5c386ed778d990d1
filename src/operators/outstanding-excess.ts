import type { DataSource } from 'typeorm';
import type { HubCore } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { owedQuantities } from '../excess-usage/index.ts';
import { sum } from '../kernel/money.ts';
import { settledExcess } from '../ledger/index.ts';
import { readConfigurations } from '../topup-options/index.ts';
import { OperatorRefusal } from './operator-refusal.ts';

/** Units of a quota that an organization used beyond it and that no order has settled; throws where that is not known. */
export type OutstandingExcess = (organizationId: string, code: string) => Promise<bigint>;

export function outstandingExcessAt(hubCore: HubCore, database: DataSource): OutstandingExcess {
  return async (organizationId, code) => {
    const configuration = (await readConfigurations(database)).find((row) => row.code === code);
    if (configuration === undefined || configuration.excessKey === null) return 0n;
    const { excess, unknownExcess } = await organizationOf(hubCore, organizationId);
    if (unknownExcess.includes('*') || unknownExcess.includes(configuration.excessKey)) {
      throw unknown(organizationId, `what hub-core reports under ${configuration.excessKey} cannot be read`);
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
  if (found === undefined) throw unknown(id, 'hub-core does not know the organization');
  if (isUpstreamError(found)) throw unknown(id, found.message);
  if (found instanceof Error) throw found;
  return found;
}

function unknown(organizationId: string, why: string): OperatorRefusal {
  return new OperatorRefusal(`What organization ${organizationId} has used cannot be known now: ${why}.`);
}
