import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import type { Flags } from './support/flags.ts';
import type { Neighbours, OrganizationSnapshot } from './support/neighbours.ts';
import { perRequest, type RequestContext } from './support/request.ts';
import { type Configuration, ELIGIBILITY_FLAGS, eligibility, isOpen, ruleFor } from './support/rules.ts';
import type { OfferedOption } from './support/to-graphql.ts';

interface Parts {
  neighbours: Neighbours;
  pool: Pool;
  flags: Flags;
}

export type Options = ReturnType<typeof plainOptions>;

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
export function plainOptions({ neighbours, pool, flags }: Parts) {
  const rowsOf = perRequest(async () => (await pool.query<Configuration>(ROWS)).rows);
  const organizationsOf = perRequest(
    () => new DataLoader<string, OrganizationSnapshot | undefined>((ids) => neighbours.organizations.loadMany(ids)),
  );
  const pricesOf = perRequest(
    () => new DataLoader<string, bigint | undefined>((ids) => neighbours.packages.loadMany(ids)),
  );

  async function offered(request: RequestContext, organizationId: string): Promise<OfferedOption[] | undefined> {
    const [organization, rows] = await Promise.all([organizationsOf(request).load(organizationId), rowsOf(request)]);
    if (organization === undefined) return undefined;
    const gates = rows.flatMap(({ featureFlag }) => featureFlag ?? []);
    const on = await flags.snapshot(request, organizationId, [...ELIGIBILITY_FLAGS, ...gates]);
    if (!eligibility(organization, on).newPageEnabled) return [];
    const open = rows.filter((row) => isOpen(row, organization, on));
    const prices = await Promise.all(
      open.map(({ isFixedCost, basePrice, packageId }) => {
        if (isFixedCost) return BigInt(basePrice ?? 0);
        return packageId === null ? undefined : pricesOf(request).load(packageId);
      }),
    );
    return open.flatMap((configuration, index): OfferedOption[] => {
      const rule = ruleFor(configuration, organization);
      const unitPrice = prices[index];
      if (rule === undefined || unitPrice === undefined) return [];
      return [{ configuration, organization, rule, unitPrice }];
    });
  }

  return {
    offered,
    async offeredByCode(request: RequestContext, organizationId: string, code: string) {
      const options = await offered(request, organizationId);
      return options?.find(({ configuration }) => configuration.code === code);
    },
  };
}
