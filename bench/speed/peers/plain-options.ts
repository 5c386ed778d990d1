import DataLoader from 'dataloader';
import type { Neighbours } from '../../../src/app/neighbours.ts';
import type { OrganizationSnapshot } from '../../../src/clients/hub-core.ts';
import type { PackagePrice } from '../../../src/clients/mekari-billing.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import { eligibility } from '../../../src/organizations/rules/eligibility.ts';
import { poolOf } from '../../../src/platform/database/data-source.ts';
import type { TenantDatabase } from '../../../src/platform/database/tenant-database.ts';
import type { Flags } from '../../../src/platform/flags/flags.ts';
import { perRequest, type RequestContext } from '../../../src/platform/server/request-context.ts';
import type { ListOptions, OfferedOption, TopupConfiguration } from '../../../src/topup-options/index.ts';
import { closedGate, gatingFlags } from '../../../src/topup-options/rules/gating.ts';
import { parseOptionValue } from '../../../src/topup-options/rules/option-value.ts';
import { ruleFor } from '../../../src/topup-options/rules/quantity.ts';

/** What resolvers ask of it. */
export type Options = Pick<ListOptions, 'offered' | 'offeredByCode' | 'clock'>;

interface Parts {
  neighbours: Neighbours;
  callers: TenantDatabase;
  flags: Flags;
  clock: Clock;
}

const PAGE_FLAGS = ['billing_new_topup_page', 'billing_new_topup'];
const ROWS = {
  name: 'plain-rows',
  text: `select code, label, description, package_id as "packageId", option_value as "optionValue", quota_type as "quotaType",
      base_price as "basePrice", is_fixed_cost as "isFixedCost", show_by_component as "showByComponent",
      hide_by_component as "hideByComponent", feature_flag as "featureFlag", active
    from topup_configurations order by position, code`,
};

/**
 * As a team would write it by hand: for every request, the rows of the catalogue in one prepared statement, flags, organizations
 * and prices by a loader each, as they are remembered between requests, and the gates. Nothing of the outcome is kept.
 */
export function plainOptions({ neighbours, callers, flags, clock }: Parts): Options {
  const pool = poolOf(callers.connections);
  const rowsOf = perRequest(async () => (await pool.query<TopupConfiguration>(ROWS)).rows);
  const organizationsOf = perRequest(
    () =>
      new DataLoader<string, OrganizationSnapshot | undefined>((ids) =>
        Promise.all(ids.map((id) => neighbours.organizations.get(id))),
      ),
  );
  const pricesOf = perRequest(
    () =>
      new DataLoader<string, PackagePrice | undefined>((ids) =>
        Promise.all(ids.map((id) => neighbours.packages.get(id))),
      ),
  );

  async function offered(request: RequestContext, organizationId: string): Promise<OfferedOption[] | undefined> {
    const [organization, rows] = await Promise.all([organizationsOf(request).load(organizationId), rowsOf(request)]);
    if (organization === undefined) return undefined;
    const on = await flags.snapshot(organizationId, [...PAGE_FLAGS, ...gatingFlags(rows)]);
    if (!eligibility(organization, on).newPageEnabled) return [];
    const open = rows.filter((row) => closedGate(row, organization, on) === undefined);
    const prices = await Promise.all(
      open.map(({ isFixedCost, basePrice, packageId }) => {
        if (isFixedCost) return BigInt(basePrice ?? 0);
        return packageId === null
          ? undefined
          : pricesOf(request)
              .load(packageId)
              .then((found) => found?.price);
      }),
    );
    return open.flatMap((configuration, index): OfferedOption[] => {
      const parsed = parseOptionValue(configuration.optionValue);
      const unitPrice = prices[index];
      if (!parsed.ok || unitPrice === undefined) return [];
      const rule = ruleFor(configuration.code, parsed.value, organization.mcc);
      return [{ configuration, organization, rule, unitPrice }];
    });
  }

  return {
    clock,
    offered,
    async offeredByCode(request, organizationId, code) {
      const options = await offered(request, organizationId);
      return options?.find(({ configuration }) => configuration.code === code);
    },
  };
}
