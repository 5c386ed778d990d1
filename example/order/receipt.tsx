import { TopupOrderDocument } from '../api/documents.ts';
import { useSession } from '../api/session.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { dateTime } from '../format/time.ts';
import { Link } from '../route.tsx';
import { useAllWords } from '../text/all-words.ts';
import { Heading } from '../ui/heading.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Documents, LINKS_MS } from './documents.tsx';
import { LinesTable } from './lines-table.tsx';
import { methodName } from './payments.tsx';

/** A receipt for printing. Only an order that is paid has one. */
export function Receipt({ orderId }: { orderId: string }) {
  const { text, language, inGraph } = useAllWords();
  const { organization } = useSession();
  const answer = useAnswer(TopupOrderDocument, { id: orderId, language: inGraph }, LINKS_MS);
  const order = answer.data?.topupOrder ?? null;
  const words = text.history.receipt;
  const isPaid = order?.status === 'PAID' || order?.status === 'COMPLETED';
  const methods = order?.payments.map(({ method }) => method).filter((method) => method !== null) ?? [];
  const facts = [
    [words.number, order?.number],
    [text.order.payer, organization.name],
    [text.history.paid, order?.paidAt && dateTime(order.paidAt, language)],
    [words.method, [...new Set(methods.map(methodName))].join(', ')],
    [text.history.invoice, order?.paidInvoiceNumber],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <>
      <p className="crumb">
        <Link to={{ view: 'order', orderId }}>{words.back}</Link>
      </p>
      <Heading title={words.title} />
      <Problems
        problems={answer.problems}
        shownSince={order ? answer.receivedAt : undefined}
        onRetry={() => void answer.read()}
      />
      {order === null && answer.isLoading && <Skeleton shape="order" />}
      {order === null && !answer.isLoading && answer.problems.length === 0 && (
        <p className="empty">{text.order.missing}</p>
      )}
      {order && !isPaid && <p className="empty">{words.none}</p>}
      {order && isPaid && (
        <div className="card sheet receipt">
          <p className="brand">Qontak</p>
          <dl className="facts">
            {facts.map(([term, fact]) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{fact}</dd>
              </div>
            ))}
          </dl>
          <LinesTable order={order} totalLabel={words.paid} />
          <p className="hint">{words.note}</p>
          <div className="actions">
            <button type="button" className="main" onClick={() => window.print()}>
              {words.print}
            </button>
          </div>
          <Documents order={order} />
        </div>
      )}
    </>
  );
}
