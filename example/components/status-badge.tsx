import type { OrderStatus } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';

const TONES: Record<OrderStatus, string> = {
  DRAFT: 'quiet',
  PENDING_PAYMENT: 'warn',
  PAID: 'good',
  COMPLETED: 'good',
  PAYMENT_REVIEW: 'warn',
  EXPIRED: 'quiet',
  CANCELLED: 'quiet',
  REFUNDED: 'quiet',
};

export function StatusBadge({ status }: { status: OrderStatus }) {
  const { text } = useLanguage();
  return (
    <span className={`badge ${TONES[status]}`} data-status={status}>
      {text.statuses[status] ?? status}
    </span>
  );
}
