import { isCalendarDate } from './jakarta.ts';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;
/** Nobody paid or expired before; and what the calendar of PostgreSQL does not have would fail only when it is stored. */
const FIRST_YEAR = 2000;

/** An instant as partners write it, RFC 3339; without an offset it is read as UTC, wherever this runs. undefined: it is none. */
export function parseInstant(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  // The language reads the 30th of February as a day in March.
  if (match === null || !isCalendarDate(match[1] ?? '')) return undefined;
  const instant = new Date(match[4] === undefined ? `${text}Z` : text);
  return instant.getUTCFullYear() >= FIRST_YEAR ? instant : undefined;
}
