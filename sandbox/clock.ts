/** The only place of the sandbox that reads the time of day. */
export type Clock = () => Date;

export const realClock: Clock = () => new Date();

/** Jakarta has no daylight saving time, so its calendar is UTC's, seven hours on. */
const JAKARTA_OFFSET_MS = 7 * 3_600_000;

/** The calendar day in Asia/Jakarta, YYYY-MM-DD: the neighbours' dates are all local ones. */
export function jakartaDate(now: Date): string {
  return new Date(now.getTime() + JAKARTA_OFFSET_MS).toISOString().slice(0, 10);
}

/** YYYY-MM-DD that exists in the calendar: 2026-02-30 does not. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** RFC 3339 with an offset, to milliseconds; undefined when it is not that. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** RFC 7231's IMF-fixdate, to milliseconds; undefined for any other way of writing a date. */
export function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toUTCString() === text ? time : undefined;
}

/** RFC 3339 in UTC. */
export function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}
