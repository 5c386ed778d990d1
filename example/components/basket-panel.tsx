import { type FormEvent, useState } from 'react';
import type { Problem } from '../api/problems.ts';
import type { TopupOption } from '../api/types.ts';
import { useOrderMutations } from '../api/use-order-mutations.ts';
import { type Basket, basketLines, basketTotal } from '../basket.ts';
import { grouped, rupiah } from '../money.ts';
import { navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from './problems.tsx';
import { RefusalSummary } from './refusal-summary.tsx';

interface Props {
  options: readonly TopupOption[];
  basket: Basket;
  canOrder: boolean;
}

/** Shows the basket, and asks for a quote, which is the order's review. */
export function BasketPanel({ options, basket, canOrder }: Props) {
  const { text } = useLanguage();
  const { create, isBusy } = useOrderMutations();
  const [problems, setProblems] = useState<Problem[]>([]);
  const lines = basketLines(options, basket.quantities);

  async function review(event: FormEvent) {
    event.preventDefault();
    if (isBusy) return;
    const items = lines.map(({ option, quantity }) => ({ optionId: option.id, quantity }));
    const outcome = await create(items);
    basket.refuse(items, outcome.userErrors);
    setProblems(outcome.problems);
    if (outcome.order !== null) navigate({ view: 'order', orderId: outcome.order.id });
  }

  return (
    <form className="card basket" aria-labelledby="basket-title" onSubmit={review}>
      <h2 id="basket-title">{text.basket}</h2>
      {lines.length === 0 && <p className="soft">{text.emptyBasket}</p>}
      <ul className="plain rows">
        {lines.map(({ option, quantity, amount }) => (
          <li key={option.id}>
            <span>
              {option.label}
              {option.input !== 'AMOUNT' && <span className="soft block">× {grouped(quantity)}</span>}
              {option.excessUsage && <span className="soft block">{text.excessLine}</span>}
            </span>
            <span className="number">
              {rupiah(amount)}
              {option.excessUsage && <span className="block owed-amount">+ {rupiah(option.excessUsage.amount)}</span>}
            </span>
          </li>
        ))}
        {lines.length > 0 && (
          <li className="sum">
            <span>{text.estimate}</span>
            <output className="number" aria-live="polite">
              {rupiah(basketTotal(lines))}
            </output>
          </li>
        )}
      </ul>
      <RefusalSummary options={options} refusals={basket.refusals} />
      <Problems problems={problems} />
      <button type="submit" className="main" disabled={!canOrder || lines.length === 0} aria-disabled={isBusy}>
        {isBusy ? text.loading : problems.length > 0 ? text.retry : text.review}
      </button>
      <p className="hint">{canOrder ? text.reviewHint : text.orderingOff}</p>
    </form>
  );
}
