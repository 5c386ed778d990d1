export { excessQuotaRoute } from './excess-quota.route.ts';
export { ExcessUsageService } from './excess-usage.service.ts';
export { ExcessUsageResolver, TopupOptionExcessResolver } from './graphql/excess-usage.resolver.ts';
export { type OwedExcess, owedQuantities } from './rules/owed.ts';
