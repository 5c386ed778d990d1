import { jakartaDate, startOfJakartaMonth } from '../../kernel/jakarta.ts';
import { badUserInput, notFound } from '../../platform/graphql/errors.ts';

/** The instants between which a month of Asia/Jakarta lies: `from` belongs to it, `until` does not. */
export interface Month {
  from: Date;
  until: Date;
}

/** Reads the name of a statement's file, `2026-11.csv`. Throws BAD_USER_INPUT, or NOT_FOUND for a month to come. */
export function monthOfFile(file: string, now: Date): Month {
  const [, year, month] = /^(20\d\d)-(0[1-9]|1[0-2])\.csv$/.exec(file) ?? [];
  if (year === undefined || month === undefined) {
    throw badUserInput('A statement is named after its month: /statements/2026-11.csv, from 2000-01 on.');
  }
  const from = startOfJakartaMonth(Number(year), Number(month));
  const until = startOfJakartaMonth(Number(year), Number(month) + 1);
  if (from > now) {
    const latest = jakartaDate(now).slice(0, 7);
    throw notFound(`${year}-${month} has not begun in Jakarta: the latest statement is ${latest}.csv.`);
  }
  return { from, until };
}
