export type { ClaimedExcess, Claims } from './claims.ts';
export { excessQuotaRoute } from './excess-quota.route.ts';
export {
  ExcessLabelResolver,
  ExcessUsageResolver,
  TopupOptionExcessResolver,
} from './graphql/excess-usage.resolver.ts';
export { ExcessUsage } from './graphql/excess-usage.type.ts';
export { ListExcess } from './list-excess.ts';
export { PriceOwed } from './price-owed.ts';
export { type ExcessQuantity, type OwedExcess, owedQuantities, reportedQuantities } from './rules/owed.ts';
