import type { Order } from '../api/types.ts';
import { dateTime } from '../format/time.ts';
import { useAllWords } from '../text/all-words.ts';

/** Lists an order's events, newest last. An event that is newer than this page is left to its status. */
export function Timeline({ events }: { events: Order['timeline'] }) {
  const { text, language } = useAllWords();
  const { events: words, statuses, by } = text.history;
  // Steps are only ever added at the end, and two may have the same time and kind: a step's place is its identity.
  const steps = events.map((event, index) => ({ ...event, sequence: index + 1 }));
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">{text.history.timeline}</h2>
      <ol className="timeline">
        {steps.map(({ at, to, kind, actor, sequence }) => {
          const event = words[kind] ?? statuses[to] ?? to;
          return (
            <li key={sequence}>
              <span>{actor?.name ? by(event, actor.name) : event}</span>
              <time dateTime={at}>{dateTime(at, language)}</time>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
