import type { Order } from '../api/types.ts';
import { dateTime } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';

/** Shows the buyer, the time of payment and accounting's number. */
export function OrderFacts({ order }: { order: Order }) {
  const { text, language } = useAllWords();
  const facts = [
    [text.history.created, dateTime(order.createdAt, language)],
    [text.order.orderedBy, order.confirmedBy?.name ?? order.createdBy?.name],
    [text.history.paid, order.paidAt && dateTime(order.paidAt, language)],
    [text.history.invoice, order.paidInvoiceNumber],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <dl className="facts">
      {facts.map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
