import { type FormEvent, useState } from 'react';
import type { Problem } from '../api/problems.ts';
import type { TopupOption } from '../api/types.ts';
import { useOrderMutations } from '../api/use-order-mutations.ts';
import { rupiah } from '../format/money.ts';
import { navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import { assigned, type Basket, basketLines, basketTotal, canWithhold, isTaxAdded, itemsOf } from './basket.ts';
import { ownRefusals } from './own-refusals.ts';
import { SummaryLines } from './summary-lines.tsx';

interface Props {
  options: readonly TopupOption[];
  basket: Basket;
  /** Called when a quote is being asked for, so that the fields can be locked. */
  onAsking(isAsking: boolean): void;
}

/** Shows the total at the side or, on a narrow screen, at the bottom, and asks for a quote, which is the order's review. */
export function Summary({ options, basket, onAsking }: Props) {
  const { text } = useLanguage();
  const { create, busy } = useOrderMutations();
  const [problems, setProblems] = useState<Problem[]>([]);
  const [isOpen, setOpen] = useState(false);
  const lines = basketLines(options, basket.quantities);
  const withholds = basket.withholds && canWithhold(lines);

  async function review(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setProblems([]);
    const own = ownRefusals(lines);
    if (own !== undefined) return basket.refuse(own);
    onAsking(true);
    const outcome = await create({
      items: itemsOf(lines),
      ...(withholds && { withholding: 'PPH_23' as const }),
    });
    onAsking(false);
    setProblems(outcome.problems);
    if (outcome.order === null) basket.refuse(assigned(lines, outcome.userErrors));
    else navigate({ view: 'order', orderId: outcome.order.id });
  }

  return (
    <form className="summary" aria-labelledby="summary-title" onSubmit={review}>
      <div className="summary-head">
        <h2 id="summary-title">{text.choose.summary}</h2>
        {lines.length > 0 && (
          <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {text.choose.details}
          </button>
        )}
      </div>
      <div className={`summary-lines ${isOpen ? 'open' : ''}`}>
        {lines.length === 0 && <p className="soft">{text.choose.empty}</p>}
        <SummaryLines lines={lines} />
      </div>
      <p className="sum">
        <span>{text.choose.estimate}</span>
        <output className="number" aria-live="polite">
          {rupiah(basketTotal(lines))}
        </output>
      </p>
      {isTaxAdded(lines) && <p className="hint">{text.choose.taxAdded}</p>}
      {canWithhold(lines) && (
        <label className="check">
          <input
            type="checkbox"
            checked={withholds}
            onChange={(event) => basket.setWithholds(event.currentTarget.checked)}
          />
          <span>
            {text.choose.withhold}
            <span className="soft block">{text.choose.withholdHint}</span>
          </span>
        </label>
      )}
      <Problems problems={problems} />
      <button type="submit" className="main" aria-disabled={busy !== null}>
        {busy ? text.common.loading : text.choose.review}
      </button>
      <p className="hint">{text.choose.reviewHint}</p>
    </form>
  );
}
