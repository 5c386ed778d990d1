import type { DataSource } from 'typeorm';
import { decimalSum } from '../kernel/amount.ts';
import { systemClock as clock } from '../kernel/clock.ts';
import { csvRow } from '../kernel/csv.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { type MoneyOfDay, reportMoney } from '../payments/index.ts';
import { print, toJson } from './command.ts';
import type { ReportQuestion } from './orders-requests.ts';
import { UsageError } from './program.ts';

const HEADER = ['day', 'method', 'currency', 'payments', 'received', 'fees_and_surplus', 'given_back'];

/** Prints the money of a month as CSV while it is read, or as one document with its totals. */
export async function report({ month, isJson }: ReportQuestion, database: DataSource): Promise<void> {
  const now = clock.now();
  const latest = jakartaDate(now).slice(0, 7);
  if (month > latest) throw new UsageError(`${month} has not begun in Jakarta: the latest month is ${latest}.`);
  const rows: MoneyOfDay[] = [];
  if (!isJson) process.stdout.write(csvRow(HEADER));
  await reportMoney(database, month, {
    now,
    onDay: (ofDay) => {
      if (isJson) rows.push(...ofDay);
      else process.stdout.write(ofDay.map(toRow).join(''));
    },
  });
  if (isJson) print(toJson({ month, rows, totals: totalsOf(rows) }));
}

function toRow({ day, method, currency, payments, received, feesAndSurplus, givenBack }: MoneyOfDay): string {
  const money = (text: string) => (currency === 'IDR' ? BigInt(text) : text);
  const surplus = feesAndSurplus === null ? null : money(feesAndSurplus);
  return csvRow([day, method, currency, BigInt(payments), money(received), surplus, money(givenBack)]);
}

/** The sums of the rows, by currency. */
function totalsOf(rows: readonly MoneyOfDay[]) {
  return [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, each]) => ({
    currency,
    payments: each.reduce((total, { payments }) => total + payments, 0),
    received: each.reduce((total, { received }) => decimalSum(total, received), '0'),
    feesAndSurplus:
      currency === 'IDR' ? each.reduce((total, row) => decimalSum(total, row.feesAndSurplus ?? '0'), '0') : null,
    givenBack: each.reduce((total, { givenBack }) => decimalSum(total, givenBack), '0'),
  }));
}
