import { organizationToRead } from '../organizations/index.ts';
import type { RestRoute } from '../platform/server/rest-route.ts';
import { toTopupOption } from './graphql/to-graphql.ts';
import type { ListOptions } from './list-options.ts';

/** The options in the shape of the replaced service (contracts.md 4). Money is a string of digits, in rupiah. */
export function topupConfigurationsRoute(options: ListOptions): RestRoute {
  return {
    path: '/iag/v1/topup-configurations',
    async answer(request, organizationId) {
      const offered = await options.offered(request, organizationToRead(request, organizationId));
      return (offered ?? []).map((option) => {
        const { configuration, rule, unitPrice } = option;
        const view = toTopupOption(option, options.clock.now());
        const minimum = rule.choices.length > 0 ? {} : { minimum: Number(rule.minimum) };
        return {
          id: view.id,
          name: view.code,
          label: view.label,
          description: view.description,
          package_id: configuration.packageId,
          package_code: configuration.packageCode,
          quota_type: configuration.quotaType,
          option_value: { ...(configuration.optionValue as object), ...minimum },
          base_price: unitPrice.toString(),
          is_fixed_cost: configuration.isFixedCost,
          multiplier: view.multiplier,
        };
      });
    },
  };
}
