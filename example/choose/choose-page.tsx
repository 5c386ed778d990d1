import { useState } from 'react';
import type { TopupSpace } from '../api/types.ts';
import { clockTime, useSecondsUntil } from '../format/time.ts';
import { useLanguage } from '../text/language.tsx';
import { Heading } from '../ui/heading.tsx';
import { Steps } from '../ui/steps.tsx';
import { Balances } from './balances.tsx';
import type { Basket } from './basket.ts';
import { EligibilityNotice } from './eligibility-notice.tsx';
import { OptionList } from './option-list.tsx';
import { Outstanding } from './outstanding.tsx';
import { RefusalSummary } from './refusal-summary.tsx';
import { Summary } from './summary.tsx';

interface Props {
  space: TopupSpace | null;
  /** False if a part of the answer failed: an empty list then says nothing. */
  isComplete: boolean;
  canOrder: boolean;
  basket: Basket;
  onRefresh(): void;
}

/**
 * The first step: balances, excess, options and the summary. Null is not an empty list: it means that the graph does not know, so the
 * page claims nothing.
 */
export function ChoosePage({ space, isComplete, canOrder, basket, onRefresh }: Props) {
  const { text } = useLanguage();
  const [isAsking, setAsking] = useState(false);
  const eligibility = space?.topupEligibility ?? null;
  const options = space?.topupOptions ?? [];
  const isOpen = eligibility?.newPageEnabled ?? true;
  const mayOrder = canOrder && (eligibility?.orderingEnabled ?? true);
  return (
    <>
      {mayOrder && isOpen && <Steps current="choose" />}
      <Heading title={text.choose.title}>{isOpen && <p className="soft">{text.choose.intro}</p>}</Heading>
      <EligibilityNotice eligibility={eligibility} />
      {!canOrder && isOpen && <p className="notice info">{text.choose.readOnly}</p>}
      <RefusalSummary options={options} refusals={basket.refusals} />
      {space?.quotaBalances && <Balances balances={space.quotaBalances} />}
      {isOpen && (
        <div className={mayOrder ? 'columns' : ''}>
          <div className="stack">
            {space && <Outstanding usages={space.excessUsages} summary={space.excessSummary} />}
            {options.length > 0 && <Age asOf={options.map((option) => option.asOf)} onRefresh={onRefresh} />}
            <OptionList
              options={space?.topupOptions ?? null}
              unavailable={space?.unavailableTopupOptions ?? []}
              isComplete={isComplete && space !== null}
              isLocked={!mayOrder || isAsking}
              hasFields={mayOrder}
              basket={basket}
              onRefresh={onRefresh}
            />
          </div>
          {mayOrder && <Summary options={options} basket={basket} onAsking={setAsking} />}
        </div>
      )}
    </>
  );
}

const FRESH_MS = 60_000;

/** Shows the age of the data once the oldest part is more than a minute old. */
function Age({ asOf, onRefresh }: { asOf: readonly string[]; onRefresh(): void }) {
  const { text, language } = useLanguage();
  const oldest = Math.min(...asOf.map((time) => Date.parse(time)));
  const isFresh = useSecondsUntil(new Date(oldest + FRESH_MS).toISOString()) > 0;
  if (isFresh) return null;
  return (
    <p className="flag quiet" role="status">
      {text.choose.asOf(clockTime(oldest, language))}{' '}
      <button type="button" className="link" onClick={onRefresh}>
        {text.common.refresh}
      </button>
    </p>
  );
}
