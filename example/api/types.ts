import type {
  ExcessUsageFieldsFragment,
  QuotaBalanceFieldsFragment,
  TopupOptionFieldsFragment,
  TopupOrderFieldsFragment,
  TopupOrderLineFieldsFragment,
  TopupPageQuery,
} from './documents.ts';

/** Shorter names for what the client package's documents answer. */
export type Order = TopupOrderFieldsFragment;
export type OrderLine = TopupOrderLineFieldsFragment;
export type TopupOption = TopupOptionFieldsFragment;
export type ExcessUsage = ExcessUsageFieldsFragment;
export type QuotaBalance = QuotaBalanceFieldsFragment;
/** The part of the page that belongs to the organization; null if the graph does not know it. */
export type TopupSpace = NonNullable<TopupPageQuery['topupOrganization']>;
export type UnavailableOption = NonNullable<TopupSpace['unavailableTopupOptions']>[number];
export type Money = Order['total'];
