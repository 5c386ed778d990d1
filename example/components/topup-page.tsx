import type { ResultOf } from '@graphql-typed-document-node/core';
import type { TOPUP_PAGE } from '../api/operations.ts';
import type { TopupOption } from '../api/types.ts';
import type { Basket } from '../basket.ts';
import { useLanguage } from '../text/language.tsx';
import { Balances } from './balances.tsx';
import { BasketPanel } from './basket-panel.tsx';
import { EligibilityNotice } from './eligibility-notice.tsx';
import { Heading } from './heading.tsx';
import { OptionCard } from './option-card.tsx';
import { Outstanding } from './outstanding.tsx';

interface Props {
  data: ResultOf<typeof TOPUP_PAGE>;
  options: readonly TopupOption[];
  basket: Basket;
  /** False if a part of the answer is missing: an empty list then says nothing. */
  isComplete: boolean;
}

/**
 * Shows balances, excess, options and basket. Null is not an empty list: it means that the graph does not know, so the page
 * claims nothing.
 */
export function TopupPage({ data, options, basket, isComplete }: Props) {
  const { text } = useLanguage();
  const organization = data._entities?.[0] ?? null;
  const eligibility = organization?.topupEligibility ?? null;
  const isOpen = eligibility?.newPageEnabled ?? data.topupOptions !== null;
  const canOrder = eligibility?.orderingEnabled ?? isOpen;
  return (
    <>
      <Heading title={text.title}>
        <p className="soft">{text.intro}</p>
      </Heading>
      {eligibility && <EligibilityNotice eligibility={eligibility} />}
      {organization?.quotaBalances && <Balances balances={organization.quotaBalances} options={options} />}
      {isOpen && (
        <div className="columns">
          <div>
            {data.excessUsages !== null && <Outstanding usages={data.excessUsages} />}
            <section aria-labelledby="options-title">
              <h2 id="options-title">{text.options}</h2>
              {options.length === 0 && <p className="empty">{isComplete ? text.noOptions : text.pricesMissing}</p>}
              <div className="options">
                {options.map((option) => (
                  <OptionCard
                    key={option.id}
                    option={option}
                    quantity={basket.quantities[option.id] ?? ''}
                    errors={basket.refusals.byOption[option.id] ?? []}
                    onChange={(quantity) => basket.set(option.id, quantity)}
                  />
                ))}
              </div>
            </section>
          </div>
          <BasketPanel options={options} basket={basket} canOrder={canOrder} />
        </div>
      )}
    </>
  );
}
