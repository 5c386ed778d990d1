import type { TopupSpace } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';

/** Explains why the page or ordering is closed to this organization. Renders nothing if both are open. */
export function EligibilityNotice({ eligibility }: { eligibility: TopupSpace['topupEligibility'] }) {
  const { text } = useLanguage();
  if (eligibility === null || (eligibility.newPageEnabled && eligibility.orderingEnabled)) return null;
  const isPageOpen = eligibility.newPageEnabled;
  return (
    <section className={`notice warn ${isPageOpen ? '' : 'large'}`} aria-labelledby="closed-title">
      <h2 id="closed-title">{isPageOpen ? text.choose.orderingOff : text.choose.closed}</h2>
      <ul>
        {eligibility.reasons.map((reason) => (
          <li key={reason} data-reason={reason}>
            {text.choose.reasons[reason] ?? reason}
          </li>
        ))}
      </ul>
      <p>{text.choose.closedHint}</p>
    </section>
  );
}
