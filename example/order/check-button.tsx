import { useState } from 'react';
import type { Order } from '../api/types.ts';
import { useAllWords } from '../text/all-words.ts';
import type { OrderActions } from './actions.ts';

/** Asks Mekari Pay now, and reports a payment that is still missing. */
export function CheckButton({ order, actions }: { order: Order; actions: OrderActions }) {
  const { text } = useAllWords();
  const [isUnpaid, setUnpaid] = useState(false);
  async function check() {
    if (actions.busy !== null) return;
    setUnpaid(false);
    const outcome = await actions.check();
    setUnpaid(outcome.userErrors.length === 0 && outcome.order?.status === order.status);
  }
  return (
    <>
      <button type="button" aria-disabled={actions.busy !== null} onClick={() => void check()}>
        {actions.busy === 'check' ? text.common.loading : text.pay.check}
      </button>
      <span className="hint" role="status">
        {isUnpaid && text.pay.notPaidYet}
      </span>
    </>
  );
}
