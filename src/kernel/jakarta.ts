/**
 * Calendar dates as accounting sees them: Asia/Jakarta (domain.md 10), which is UTC+7 all year and has been since 1964.
 * A date is a "YYYY-MM-DD" string.
 */
const OFFSET_MS = 7 * 60 * 60 * 1000;

export function jakartaDate(instant: Date): string {
  return new Date(instant.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** "15:04", whatever time zones and languages this Node knows. */
export function jakartaTime(instant: Date): string {
  return new Date(instant.getTime() + OFFSET_MS).toISOString().slice(11, 16);
}

/** "2026-11-29T20:15:04.678+07:00". */
export const jakartaTimestamp = (instant: Date): string =>
  `${new Date(instant.getTime() + OFFSET_MS).toISOString().slice(0, -1)}+07:00`;

/** Returns the first instant of a month in Jakarta. Month 13 is January of the next year. */
export const startOfJakartaMonth = (year: number, month: number): Date =>
  new Date(Date.UTC(year, month - 1) - OFFSET_MS);

/** Returns the last day of the month that the date is in. */
export function endOfMonth(date: string): string {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** Returns the first instant of that day in Jakarta. */
export const startOfJakartaDay = (date: string): Date => new Date(Date.parse(`${date}T00:00:00Z`) - OFFSET_MS);

/** Returns the last second of that day in Jakarta, as an instant. */
export function endOfJakartaDay(date: string): Date {
  return new Date(Date.parse(`${date}T23:59:59Z`) - OFFSET_MS);
}

/** Returns true for a real calendar date written YYYY-MM-DD: 2026-02-30 does not exist. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
