export { BalancesLoader, lockBalances } from './balances.ts';
export {
  enterLines,
  excessKey,
  type NewEntry,
  type SettledExcess,
  SettledExcessLoader,
  settledExcess,
} from './ledger.ts';
export { OrganizationPackage } from './organization-package.entity.ts';
export { QuotaBalance } from './quota-balance.type.ts';
export { QuotaLedgerEntry } from './quota-ledger-entry.entity.ts';
