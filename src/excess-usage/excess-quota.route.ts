import { organizationToRead } from '../organizations/index.ts';
import type { RestRoute } from '../platform/server/rest-route.ts';
import { toExcessUsages } from './graphql/to-graphql.ts';
import type { ListExcess } from './list-excess.ts';

/** The excess in the shape of the replaced service (contracts.md 4). Money is a string of digits, in rupiah. */
export function excessQuotaRoute(excess: ListExcess): RestRoute {
  return {
    path: '/iag/v1/topup-configurations/excess-quota',
    async answer(request, organizationId) {
      const list = await excess.list(request, organizationToRead(request, organizationId));
      // This shape has no place for claims: excess is in it until it is paid.
      return (list ?? [])
        .flatMap((excess) => toExcessUsages({ ...excess, claims: [] }))
        .map((row) => ({
          name: row.code,
          label: row.label,
          period: row.period,
          quantity: row.quantity.toString(),
          unit_price: row.unitPrice.amount.toString(),
          amount: row.amount.amount.toString(),
        }));
    },
  };
}
