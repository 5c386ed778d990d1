import { useSession } from '../api/session.tsx';
import type { Order } from '../api/types.ts';
import { useAllWords } from '../text/all-words.ts';

/** Says who pays, who ordered, and how it is paid. */
export function Payer({ order }: { order: Order }) {
  const { text } = useAllWords();
  const { organization } = useSession();
  return (
    <dl className="facts">
      <div>
        <dt>{text.order.payer}</dt>
        <dd>{organization.name}</dd>
      </div>
      {order.createdBy?.name && (
        <div>
          <dt>{text.order.orderedBy}</dt>
          <dd>{order.createdBy.name}</dd>
        </div>
      )}
      <div className="wide">
        <dt>{text.order.payWith}</dt>
        <dd>
          {text.order.payWithHint} {text.order.taxHint}
        </dd>
      </div>
    </dl>
  );
}
