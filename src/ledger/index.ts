export { QuotaBalance } from './graphql/quota-balance.type.ts';
export { BalancesLoader, lockBalances } from './store/balances.ts';
export {
  enterLines,
  excessKey,
  type NewEntry,
  type SettledExcess,
  SettledExcessLoader,
  settledExcess,
} from './store/ledger.ts';
export { OrganizationPackage } from './store/organization-package.entity.ts';
export { QuotaLedgerEntry } from './store/quota-ledger-entry.entity.ts';
