import type { Config } from '../../config.ts';
import { ListExcess, PriceOwed } from '../../excess-usage/index.ts';
import { BalancesLoader, SettledExcessLoader } from '../../ledger/index.ts';
import { ClaimsLoader } from '../../orders/index.ts';
import { OrganizationsService } from '../../organizations/index.ts';
import { createPageWait } from '../../platform/server/page-wait.ts';
import { createLogLimit } from '../../platform/telemetry/log-limit.ts';
import {
  Catalogue,
  EvaluateOptions,
  ListOptions,
  Prices,
  readConfigurations,
  SelectOrderable,
} from '../../topup-options/index.ts';
import type { Parts } from './parts.ts';

export type PageServices = ReturnType<typeof composePage>;

/** Creates the services of the page: organizations, options and what is owed. */
export function composePage(config: Config, { clock, log, callers, flags, neighbours }: Parts) {
  const pageWait = createPageWait(config.UPSTREAM_TIMEOUT_MS);
  const organizations = new OrganizationsService(neighbours.organizations, flags, pageWait);
  const balances = new BalancesLoader(callers);
  const once = createLogLimit(clock);
  const catalogue = new Catalogue({
    read: () => readConfigurations(callers.connections),
    clock,
    onFault: (configurationId, reason) =>
      once(`${configurationId} ${reason}`, () =>
        log.error({ event: 'configuration_invalid', configurationId, reason }),
      ),
  });
  const prices = new Prices(neighbours.packages, pageWait);
  const evaluation = new EvaluateOptions(flags, prices);
  const options = new ListOptions(organizations, catalogue, evaluation, clock);
  const orderable = new SelectOrderable(organizations, catalogue, evaluation);
  const owed = new PriceOwed(prices, new SettledExcessLoader(callers));
  const excess = new ListExcess(organizations, catalogue, owed, new ClaimsLoader(callers, clock));
  return { organizations, balances, catalogue, options, orderable, owed, excess };
}
