import { type FormEvent, useState } from 'react';
import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { dateTime } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';
import { Modal } from '../ui/modal.tsx';
import type { OrderActions } from './actions.ts';
import { SumList } from './sum-list.tsx';

/** Says whether the order needs an approval, waits for one, or what was decided, by whom and why. */
export function ApprovalNotice({ order, limit }: { order: Order; limit: string | undefined }) {
  const { text, language } = useAllWords();
  const words = text.order.approval;
  const { approval } = order;
  if (approval === null) {
    return limit === undefined ? null : <p className="notice info">{words.needed(limit)}</p>;
  }
  const { state, requestedBy, decidedBy, reason, expiresAt } = approval;
  const person = state === 'PENDING' ? requestedBy : decidedBy;
  return (
    <div className={`notice ${state === 'REJECTED' ? 'bad' : 'info'}`} role="status" data-approval={state}>
      <h2>{words.titles[state] ?? state}</h2>
      <p>{words.hints[state]?.(dateTime(expiresAt, language))}</p>
      {person?.name && <p className="soft">{words.by(person.name)}</p>}
      {reason && (
        <p>
          {words.reason}: {reason}
        </p>
      )}
    </div>
  );
}

/** The buttons of a person who may decide on the order. Each opens a dialog, so that no slip of the hand decides. */
export function DecideButtons({ order, actions }: { order: Order; actions: OrderActions }) {
  const { text } = useAllWords();
  const words = text.order.approval;
  const [asking, setAsking] = useState<'approve' | 'reject' | null>(null);
  const isBusy = actions.busy !== null;
  const button = (decision: 'approve' | 'reject', className: string) => (
    <button type="button" className={className} aria-disabled={isBusy} onClick={() => !isBusy && setAsking(decision)}>
      {words[decision]}
    </button>
  );
  return (
    <div className="actions">
      {button('approve', 'main')}
      {button('reject', 'quiet')}
      {asking && (
        <DecideDialog
          order={order}
          decision={asking}
          onClose={() => setAsking(null)}
          onDecide={(reason) => {
            setAsking(null);
            if (asking === 'approve') actions.approve(reason);
            else actions.reject(reason);
          }}
        />
      )}
    </div>
  );
}

interface DialogProps {
  order: Order;
  decision: 'approve' | 'reject';
  onClose(): void;
  onDecide(reason: string): void;
}

/** Shows the total that is decided on. A rejection needs a reason. */
function DecideDialog({ order, decision, onClose, onDecide }: DialogProps) {
  const { text } = useAllWords();
  const words = text.order.approval;
  const total = rupiah(order.total);
  const [reason, setReason] = useState('');
  const isRejection = decision === 'reject';
  function send(event: FormEvent) {
    event.preventDefault();
    onDecide(reason);
  }
  return (
    <Modal title={words[decision]} onClose={onClose}>
      <SumList order={order} />
      <form className="decide" onSubmit={send}>
        <label>
          {isRejection ? words.reason : words.reasonOptional}
          <input
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            required={isRejection}
            pattern=".*\S.*"
            maxLength={500}
            autoComplete="off"
          />
        </label>
        <p className="soft">{isRejection ? words.rejectHint : words.approveHint}</p>
        <button type="submit" className={isRejection ? 'danger' : 'main'}>
          {isRejection ? words.rejectTotal(total) : words.approveTotal(total)}
        </button>
      </form>
    </Modal>
  );
}
