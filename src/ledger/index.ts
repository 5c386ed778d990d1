export { QuotaBalance, QuotaUnit, quotaBalance } from './graphql/quota-balance.type.ts';
export { BalancesLoader, SettledExcessLoader } from './loaders.ts';
export { type ExcessQuantities, excessKey, toExcessQuantities } from './rules/excess-quantities.ts';
export { lockBalances } from './store/balances.ts';
export {
  enterEntries,
  entriesOfLines,
  hasRefundEntry,
  ledgerInsert,
  type NewEntry,
  settledExcess,
  settlementsOf,
} from './store/entries.ts';
export { OrganizationPackage } from './store/organization-package.entity.ts';
export { QuotaLedgerEntry } from './store/quota-ledger-entry.entity.ts';
