import type { Eligibility } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';

/** Explains why the page or ordering is closed to this organization. Renders nothing if both are open. */
export function EligibilityNotice({ eligibility }: { eligibility: Eligibility }) {
  const { text } = useLanguage();
  if (eligibility.newPageEnabled && eligibility.orderingEnabled) return null;
  return (
    <section
      className={eligibility.newPageEnabled ? 'notice warn' : 'notice warn large'}
      aria-labelledby="closed-title"
    >
      <h2 id="closed-title">{eligibility.newPageEnabled ? text.orderingOff : text.unavailable}</h2>
      <ul>
        {eligibility.reasons.map((reason) => (
          <li key={reason} data-reason={reason}>
            {text.reasons[reason] ?? reason}
          </li>
        ))}
      </ul>
      <p>{text.unavailableHint}</p>
    </section>
  );
}
