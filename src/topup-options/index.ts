export { applyCatalogue, showCatalogue } from './apply-catalogue.ts';
export { Catalogue } from './catalogue.ts';
export { type EvaluatedOptions, EvaluateOptions, type HiddenOption, type OfferedOption } from './evaluate-options.ts';
export { QuotaBalanceResolver, QuotaBalancesResolver } from './graphql/quota-balances.resolver.ts';
export { TopupOption, TopupTax } from './graphql/topup-option.type.ts';
export {
  TopupOptionResolver,
  TopupOptionsResolver,
  topupOptionReference,
  UnavailableTopupOptionResolver,
} from './graphql/topup-options.resolver.ts';
export { ListOptions } from './list-options.ts';
export { Prices } from './prices.ts';
export { type CatalogueFault, checkCatalogue } from './rules/catalogue-file.ts';
export { parseOptionId } from './rules/option-id.ts';
export { filledLabel, fillPlaceholders } from './rules/placeholders.ts';
export { checkQuantity, type QuantityFault, type QuantityFaultCode } from './rules/quantity.ts';
export type { Tax } from './rules/taxes.ts';
export type { CatalogueQuotaType } from './rules/validity.ts';
export { SelectOrderable } from './select-orderable.ts';
export { readConfigurations } from './store/catalogue-rows.ts';
export { TopupConfiguration } from './store/topup-configuration.entity.ts';
export { topupConfigurationsRoute } from './topup-configurations.route.ts';
