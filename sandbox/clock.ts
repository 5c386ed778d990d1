/** The sandbox reads the time of day only here. */
export type Clock = () => Date;

export const realClock: Clock = () => new Date();

/** Jakarta is UTC+7 all year, without daylight saving time. */
const JAKARTA_OFFSET_MS = 7 * 3_600_000;

/** Returns the calendar day in Asia/Jakarta, YYYY-MM-DD. All dates of the neighbours are local. */
export function jakartaDate(now: Date): string {
  return new Date(now.getTime() + JAKARTA_OFFSET_MS).toISOString().slice(0, 10);
}

/** True for a YYYY-MM-DD that exists in the calendar: 2026-02-30 does not. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Parses RFC 3339 with an offset to milliseconds; undefined for another format. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Parses RFC 7231's IMF-fixdate to milliseconds; undefined for another format. */
export function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toUTCString() === text ? time : undefined;
}

/** Formats a time in RFC 3339, in UTC. */
export function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}
