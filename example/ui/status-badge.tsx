import type { TopupOrderStatus } from '../api/documents.ts';
import { useAllWords } from '../text/all-words.ts';

const TONES: Record<TopupOrderStatus, string> = {
  DRAFT: 'quiet',
  PENDING_PAYMENT: 'warn',
  PAID: 'good',
  COMPLETED: 'good',
  PAYMENT_REVIEW: 'warn',
  EXPIRED: 'quiet',
  CANCELLED: 'quiet',
  REFUNDED: 'quiet',
};

/** A status by name. A status that is newer than this page shows as the graph spells it. */
export function StatusBadge({ status }: { status: TopupOrderStatus }) {
  const { text } = useAllWords();
  return <span className={`badge ${TONES[status] ?? 'quiet'}`}>{text.history.statuses[status] ?? status}</span>;
}
