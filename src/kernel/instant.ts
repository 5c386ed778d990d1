import { isCalendarDate } from './jakarta.ts';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;
/** No payment or expiry is older. A year that PostgreSQL's calendar lacks would fail only when it is stored. */
const FIRST_YEAR = 2000;

/** The offset of Asia/Jakarta, which has no summer time. */
export const JAKARTA_OFFSET = '+07:00';

/**
 * Parses an RFC 3339 instant from a partner. A text without an offset has `defaultOffset`, wherever this runs. Returns
 * undefined for any other text.
 */
export function parseInstant(text: string, defaultOffset: 'Z' | typeof JAKARTA_OFFSET = 'Z'): Date | undefined {
  const match = RFC_3339.exec(text);
  // Date would read the 30th of February as a day in March.
  if (match === null || !isCalendarDate(match[1] ?? '')) return undefined;
  const instant = new Date(match[4] === undefined ? `${text}${defaultOffset}` : text);
  return instant.getUTCFullYear() >= FIRST_YEAR ? instant : undefined;
}
