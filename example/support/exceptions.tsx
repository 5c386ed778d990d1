import { useCallback, useEffect, useRef, useState } from 'react';
import { PaymentExceptionsDocument, type PaymentExceptionsQuery } from '../api/documents.ts';
import type { Problem } from '../api/problems.ts';
import { useSession } from '../api/session.tsx';
import { rupiah } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { Link, navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { SUPPORT_TEXT } from './text.ts';

type Exception = NonNullable<PaymentExceptionsQuery['paymentExceptions']>['edges'][number]['node'];

interface Shown {
  rows: readonly Exception[];
  next: string | null;
}

interface Answer {
  shown: Shown | undefined;
  problems: Problem[];
}

const PAGE = 20;

/** The payments that await an operator, of all organizations or of the one on the page. Nothing is closed here. */
export function Exceptions() {
  const { language } = useLanguage();
  const { graph } = useSession();
  const words = SUPPORT_TEXT[language];
  const [isOfAll, setOfAll] = useState(true);
  const [shown, setShown] = useState<Shown>();
  const [problems, setProblems] = useState<Problem[]>([]);

  const read = useCallback(
    async (before: Shown | undefined): Promise<Answer> => {
      const organizationId = isOfAll ? null : graph.organizationId;
      const terms = { organizationId, first: PAGE, after: before?.next ?? null };
      const { data, problems: found } = await graph.read(PaymentExceptionsDocument, terms);
      const page = data?.paymentExceptions;
      if (!page) return { shown: before, problems: found };
      const rows = [...(before?.rows ?? []), ...page.edges.map(({ node }) => node)];
      return { shown: { rows, next: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null }, problems: found };
    },
    [graph, isOfAll],
  );
  const newest = useRef(0);
  const load = useCallback(
    async (before: Shown | undefined): Promise<void> => {
      newest.current += 1;
      const turn = newest.current;
      const answer = await read(before);
      // A slower answer to an earlier choice, or its next page, does not replace this one's.
      if (turn !== newest.current) return;
      setShown(answer.shown);
      setProblems(answer.problems);
    },
    [read],
  );
  useEffect(() => {
    setShown(undefined);
    void load(undefined);
  }, [load]);

  const choice = (ofAll: boolean, label: string) => (
    <button type="button" aria-pressed={isOfAll === ofAll} onClick={() => setOfAll(ofAll)}>
      {label}
    </button>
  );
  return (
    <section aria-labelledby="exceptions" className="exceptions">
      <h2 id="exceptions">{words.exceptions}</h2>
      <p className="soft">{words.exceptionsHint}</p>
      <fieldset className="filter">
        <legend className="hidden">{words.exceptions}</legend>
        {choice(true, words.ofAll)}
        {choice(false, words.ofOne)}
      </fieldset>
      <Problems problems={problems} onRetry={() => void load(undefined)} />
      {shown === undefined && problems.length === 0 && <Skeleton shape="list" />}
      {shown?.rows.length === 0 && <p className="empty">{words.none}</p>}
      {shown && shown.rows.length > 0 && <ExceptionsTable rows={shown.rows} />}
      {shown && shown.next !== null && (
        <div className="more">
          <button type="button" onClick={() => void load(shown)}>
            {words.more}
          </button>
        </div>
      )}
    </section>
  );
}

function ExceptionsTable({ rows }: { rows: readonly Exception[] }) {
  const { language } = useLanguage();
  const words = SUPPORT_TEXT[language];
  return (
    <table className="card orders support">
      <thead>
        <tr>
          <th scope="col">{words.order}</th>
          <th scope="col">{words.organization}</th>
          <th scope="col">{words.received}</th>
          <th scope="col">{words.reason}</th>
          <th scope="col">{words.detail}</th>
          <th scope="col">{words.amount}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <OrderLink exception={row} />
            </th>
            <td data-label={words.organization}>{row.order?.organization?.id ?? '–'}</td>
            <td data-label={words.received}>{dateTime(row.receivedAt, language)}</td>
            <td data-label={words.reason}>{words.exceptionReasons[row.reason]}</td>
            <td data-label={words.detail} lang="en">
              {row.detail ?? '–'}
            </td>
            <td data-label={words.amount}>{row.amount ? rupiah(row.amount) : row.currency}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The order's page is that of its organization. An order that is none of ours has none. */
function OrderLink({ exception: { order, orderNumber } }: { exception: Exception }) {
  const { visit } = useSession();
  if (order === null) return orderNumber;
  const to = { view: 'order' as const, orderId: order.id };
  function follow() {
    navigate(to);
    if (order?.organization) visit(order.organization.id);
  }
  return (
    <Link to={to} onFollow={follow}>
      {orderNumber}
    </Link>
  );
}
