import type { TopupOption } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import { billingPeriod } from '../format/time.ts';
import { Link } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';

/** Warns of what a buyer would be surprised by: excess that is added, an order that waits already, a contract without an end. */
export function OptionNotes({ option, isChosen }: { option: TopupOption; isChosen: boolean }) {
  const { text, language } = useLanguage();
  const { excessUsage, pendingOrder, quotaType, validUntil } = option;
  return (
    <>
      {excessUsage && (
        <p className="flag warn">
          {text.choose.owes(rupiah(excessUsage.amount), billingPeriod(excessUsage.period, language))}
        </p>
      )}
      {pendingOrder && (
        <p className={`flag ${isChosen ? 'warn' : 'quiet'}`}>
          <Link to={{ view: 'order', orderId: pendingOrder.id }}>{text.choose.pending(pendingOrder.number)}</Link>{' '}
          {text.choose.pendingHint}
        </p>
      )}
      {quotaType === 'CONTRACT' && validUntil === null && <p className="flag warn">{text.choose.contractUnknown}</p>}
    </>
  );
}
