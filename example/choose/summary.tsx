import { type FormEvent, useState } from 'react';
import type { UserError } from '../api/documents.ts';
import type { Problem } from '../api/problems.ts';
import type { TopupOption } from '../api/types.ts';
import { useOrderMutations } from '../api/use-order-mutations.ts';
import { grouped, rupiah } from '../format/money.ts';
import { navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import {
  assigned,
  type Basket,
  type BasketLine,
  basketLines,
  basketTotal,
  canWithhold,
  isTaxAdded,
  itemsOf,
} from './basket.ts';
import { faultOf } from './check.ts';

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
        <Lines lines={lines} />
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

function Lines({ lines }: { lines: readonly BasketLine[] }) {
  const { text } = useLanguage();
  if (lines.length === 0) return null;
  return (
    <ul className="plain rows">
      {lines.map(({ option, quantity, amount, excess }) => (
        <li key={option.id} className={faultOf(option, quantity) ? 'wrong' : ''}>
          <span>
            {option.label}
            {faultOf(option, quantity) && <span className="fault soft block">{text.choose.wrong}</span>}
            {option.input !== 'AMOUNT' && <span className="soft block">× {grouped(quantity)}</span>}
            {excess > 0n && <span className="soft block">{text.common.excess}</span>}
          </span>
          <span className="number">
            {rupiah(amount)}
            {excess > 0n && <span className="block">+ {rupiah(excess)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

const EMPTY: UserError = {
  code: 'EMPTY_ORDER',
  message: '',
  field: null,
  suggestedQuantity: null,
  retryable: false,
  order: null,
};

/** Returns what the page itself finds wrong, or undefined: then the service is asked. */
function ownRefusals(lines: readonly BasketLine[]) {
  if (lines.length === 0) return { byCode: {}, general: [EMPTY] };
  const faults = lines.flatMap(({ option, quantity }) => {
    const fault = faultOf(option, quantity);
    return fault ? [[option.code, [fault]] as const] : [];
  });
  return faults.length === 0 ? undefined : { byCode: Object.fromEntries(faults), general: [] };
}
