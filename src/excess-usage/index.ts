export { excessQuotaRoute } from './excess-quota.route.ts';
export { ExcessUsageResolver, TopupOptionExcessResolver } from './graphql/excess-usage.resolver.ts';
export { ListExcess } from './list-excess.ts';
export { PriceOwed } from './price-owed.ts';
export { type ExcessQuantity, type OwedExcess, owedQuantities, reportedQuantities } from './rules/owed.ts';
