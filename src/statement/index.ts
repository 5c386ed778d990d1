export { QuotaLedgerEntryResolver, QuotaLedgerResolver } from './graphql/quota-ledger.resolver.ts';
export { StatementLoaders } from './loaders.ts';
export { statementRoute } from './statement.route.ts';
