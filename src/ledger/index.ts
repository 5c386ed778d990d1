export { QuotaBalance, QuotaUnit, quotaBalance } from './graphql/quota-balance.type.ts';
export { BalancesLoader, SettledExcessLoader } from './loaders.ts';
export { type ExcessQuantities, excessKey, toExcessQuantities } from './rules/excess-quantities.ts';
export { lockBalances } from './store/balances.ts';
export {
  creditsOfLines,
  enterEntries,
  entriesOfLines,
  hasRefundEntry,
  ledgerInsert,
  type NewEntry,
  settledExcess,
  settlementsOf,
} from './store/entries.ts';
export { type LedgerPage, type LedgerPageArgs, ledgerRowsBetween, readLedgerPages } from './store/ledger-page.ts';
export { OrganizationPackage } from './store/organization-package.entity.ts';
export { type LedgerKind, QuotaLedgerEntry } from './store/quota-ledger-entry.entity.ts';
