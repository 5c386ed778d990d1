import type { EntityManager } from 'typeorm';
import { formatRupiah } from '../kernel/money.ts';
import type { TopupOrder } from '../orders/index.ts';
import type { Sums } from './order-money.ts';
import { enterResults } from './store/payment-events.ts';
import { resultEvent } from './store/settlement-rows.ts';

/**
 * Enters an exception for each sum that an operator's decision about a locked order leaves to be given back, so that it is shown until it
 * is given back. Enters none for a sum of 0.
 */
export async function enterGiveBack(
  tx: EntityManager,
  order: TopupOrder,
  { outcome, sums, at }: { outcome: 'surplus' | 'to_give_back'; sums: Sums; at: Date },
): Promise<void> {
  const { paymentProvider: provider, paymentInvoiceId } = order;
  const events = [...sums]
    .filter(([, text]) => text !== '0')
    .map(([currency, text]) => {
      const amount = currency === 'IDR' ? BigInt(text) : null;
      const detail = `${amount === null ? `${currency} ${text}` : formatRupiah(amount)} is to be given back at the provider.`;
      const result = {
        provider,
        source: 'check',
        invoiceId: paymentInvoiceId ?? '',
        amount,
        currency,
        detail,
        at,
      } as const;
      return resultEvent(order, { ...result, outcome });
    });
  await enterResults(tx, events);
}
