import type { TopupPaymentStatus } from '../api/documents.ts';
import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';

/** Shows what came in, and what is still missing. */
export function Payments({ order }: { order: Order }) {
  const { text, language } = useAllWords();
  const { reviewReason } = order;
  const isMissing = reviewReason === 'UNDERPAID';
  const statusOf = (status: TopupPaymentStatus) =>
    reviewReason !== null && !isMissing && status === 'PENDING_SUM'
      ? text.pay.checking
      : text.pay.paymentStatuses[status];
  return (
    <section aria-labelledby="payments-title">
      <h2 id="payments-title">{text.pay.payments}</h2>
      <ul className="plain rows">
        {order.payments.map(({ id, amount, originalAmount, originalCurrency, method, receivedAt, status }) => (
          <li key={id}>
            <span>
              {dateTime(receivedAt, language)}
              <span className="soft block">
                {[method && methodName(method), statusOf(status)].filter(Boolean).join(' · ')}
              </span>
            </span>
            <span className="number">{amount ? rupiah(amount) : `${originalCurrency} ${originalAmount}`}</span>
          </li>
        ))}
        {isMissing && (
          <>
            <li>
              <span>{text.pay.received}</span>
              <span className="number">{rupiah(order.receivedTotal)}</span>
            </li>
            <li className="sum">
              <span>{text.pay.missing}</span>
              <span className="number">{rupiah(order.outstanding)}</span>
            </li>
          </>
        )}
      </ul>
    </section>
  );
}

/** Mekari Pay's names: "va_bni" is a bank's virtual account, "qris" is QRIS. */
export function methodName(method: string): string {
  const bank = /^va_(\w+)$/.exec(method)?.[1];
  return bank ? `Virtual account ${bank.toUpperCase()}` : method.replaceAll('_', ' ').toUpperCase();
}
