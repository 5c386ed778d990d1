import type { statement as id } from '../id/statement.ts';

export const statement: typeof id = {
  title: 'Quota statement',
  intro: 'Everything that your orders added, settled or took back, with the balance after it. Newest first.',
  quota: 'Quota',
  allQuotas: 'All quotas',
  at: 'Time',
  kind: 'Entry',
  change: 'Change',
  balanceAfter: 'Balance after',
  order: 'Order',
  kinds: { TOPUP: 'Top-up', EXCESS_SETTLEMENT: 'Settlement of excess usage', REFUND: 'Quota taken back' },
  settled: (quantity) => `${quantity} settled`,
  unchanged: 'Balance unchanged',
  none: 'No quota has changed yet.',
  noneOfQuota: 'This quota has not changed yet.',
  more: 'Load more',
  shown: (count) => (count === 1 ? '1 entry shown' : `${count} entries shown`),
  month: 'Month',
  csv: 'Download CSV',
  csvHint: 'Every entry of the month, in Jakarta’s time.',
  fileName: 'statement',
};
