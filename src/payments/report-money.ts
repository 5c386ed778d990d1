import type { DataSource } from 'typeorm';
import { endOfMonth, jakartaDate, startOfJakartaDay } from '../kernel/jakarta.ts';
import { type Day, type MoneyOfDay, readMoneyOfDays } from './store/money-of-day.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Reports the money of a month of Jakarta, such as "2026-11", day by day, up to today. All days are of one snapshot. */
export function reportMoney(
  database: DataSource,
  month: string,
  { now, onDay }: { now: Date; onDay: (rows: readonly MoneyOfDay[]) => void },
): Promise<void> {
  return readMoneyOfDays(database, daysOf(month, now), onDay);
}

function daysOf(month: string, now: Date): Day[] {
  const last = Number(endOfMonth(`${month}-01`).slice(-2));
  return Array.from(
    { length: last },
    (_, index) => new Date(startOfJakartaDay(`${month}-01`).getTime() + index * DAY_MS),
  )
    .filter((from) => from <= now)
    .map((from) => ({ day: jakartaDate(from), from, until: new Date(from.getTime() + DAY_MS) }));
}
