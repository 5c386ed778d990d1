import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { useAllWords } from '../text/all-words.ts';
import { Modal } from '../ui/modal.tsx';
import { SumList } from './sum-list.tsx';

interface Props {
  order: Order;
  onClose(): void;
  onConfirm(): void;
}

/** Asks once more before the order is placed. */
export function ConfirmDialog({ order, onClose, onConfirm }: Props) {
  const { text } = useAllWords();
  const total = rupiah(order.payable);
  return (
    <Modal title={text.order.confirm} onClose={onClose}>
      <SumList order={order} />
      <p className="soft">{text.order.confirmHint(order.number)}</p>
      <button type="button" className="main" onClick={onConfirm}>
        {text.order.payAmount(total)}
      </button>
    </Modal>
  );
}
