export { excessQuotaRoute } from './excess-quota.route.ts';
export { ExcessUsageResolver, TopupOptionExcessResolver } from './excess-usage.resolver.ts';
export { ExcessUsageService } from './excess-usage.service.ts';
export { type OwedExcess, owedQuantities } from './owed.ts';
