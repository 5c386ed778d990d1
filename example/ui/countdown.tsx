import { clockFace, useSecondsUntil } from '../format/time.ts';

interface Props {
  label: string;
  until: string;
}

/** Does not announce every tick. A screen reader reads it on request. */
export function Countdown({ label, until }: Props) {
  const seconds = useSecondsUntil(until);
  return (
    <p className={`countdown ${seconds < 120 ? 'soon' : ''}`} role="timer" aria-live="off">
      {label} <strong>{clockFace(seconds)}</strong>
    </p>
  );
}
