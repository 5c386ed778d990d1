import type { OrderEvent } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';
import { dateTime } from '../time.ts';

/** Lists an order's events, newest last. */
export function Timeline({ events }: { events: readonly OrderEvent[] }) {
  const { text, language } = useLanguage();
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">{text.timeline}</h2>
      <ol className="timeline">
        {events.map((event) => (
          <li key={`${event.at} ${event.to} ${event.kind}`}>
            <strong>{text.statuses[event.to] ?? event.to}</strong>
            <span>{text.causes[event.cause] ?? text.events[event.kind] ?? ''}</span>
            <time dateTime={event.at}>{dateTime(event.at, language)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}
