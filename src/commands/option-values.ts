import { EVENT_TYPES } from '../event-delivery/index.ts';
import type { CodeChange } from '../fulfilment/index.ts';
import { parseAmount } from '../kernel/amount.ts';
import { parseInstant } from '../kernel/instant.ts';
import { isCalendarDate } from '../kernel/jakarta.ts';
import { isLabel } from '../kernel/label.ts';
import { ORDER_STATUSES, type OrderStatus } from '../orders/index.ts';
import type { Sums } from '../payments/index.ts';
import { UsageError } from './program.ts';

/** Parsers of options' values. Each takes the text, and the value so far of an option that may be repeated; each throws UsageError. */

export function limit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--limit must be a number from 1 to 9999, not ${text}.`);
}

export function seconds(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new UsageError(`--wait must be a number of seconds from 0 to 99999, not ${text}.`);
}

export const instant = (option: string) => (text: string) => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  throw new UsageError(`${option} must be an instant such as 2026-11-22T03:04:05Z, not ${text}.`);
};

export const day = (option: string) => (text: string) => {
  if (isCalendarDate(text)) return text;
  throw new UsageError(`${option} must be a day such as 2026-11-22, not ${text}.`);
};

export function month(text: string): string {
  if (/^20\d\d-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new UsageError(`--month must be a month such as 2026-11, not ${text}.`);
}

export function status(text: string, previous: readonly OrderStatus[] = []): OrderStatus[] {
  const found = ORDER_STATUSES.find((name) => name === text);
  if (found !== undefined) return [...previous, found];
  throw new UsageError(`There is no status ${text}: use ${ORDER_STATUSES.join(', ')}.`);
}

/** Parses "999999", "Rp999.999" and "USD 61.25". */
export const sum = (option: string) => (text: string) => {
  const [, dotted] = /^(?:Rp)?(0|[1-9]\d{0,2}(?:\.\d{3})*|[1-9]\d{3,15})$/.exec(text) ?? [];
  const [, currency = 'IDR', digits = ''] = /^([A-Z]{3}) (\S+)$/.exec(text) ?? [];
  const amount = dotted === undefined ? parseAmount(digits, currency) : parseAmount(dotted.replaceAll('.', ''), 'IDR');
  if (amount !== undefined) return { amount: amount.text, currency: amount.currency };
  throw new UsageError(
    `${option} must be a sum in rupiah such as 999999 or Rp999.999, or one such as "USD 61.25", not ${JSON.stringify(text)}.`,
  );
};

/** Rupiah are 0 if only another currency is named. */
export function received(text: string, previous: Sums = new Map([['IDR', '0']])): Sums {
  const { amount, currency } = sum('--received')(text);
  if ((previous.get(currency) ?? '0') !== '0')
    throw new UsageError(`--received names ${currency} twice: name each currency once.`);
  return new Map([...previous, [currency, amount]]);
}

export function reference(text: string): string {
  if (/^[\w./:#-][\w ./:#-]{0,99}$/.test(text)) return text;
  throw new UsageError('--reference must name the give-back, in 1 to 100 letters, digits, blanks or . / : # - _');
}

/** Parses "muv=500" as 500 units of muv. */
export function takeBack(text: string, previous: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  const [, code, units] = /^([\w-]+)=(\d{1,16})$/.exec(text) ?? [];
  if (code === undefined || units === undefined)
    throw new UsageError(`--take-back must be CODE=UNITS, such as muv=500, not ${text}.`);
  if (previous.has(code)) throw new UsageError('--take-back names a quota twice: add its units up.');
  return new Map([...previous, [code, BigInt(units)]]);
}

/** Parses "MUV=MUV_2027". */
export function renaming(text: string, previous: readonly CodeChange[]): CodeChange[] {
  const [from = '', to = '', ...more] = text.split('=');
  if (from === '' || to === '' || more.length > 0)
    throw new UsageError(`--package-code must be OLD=NEW, such as MUV=MUV_2027, not ${text}.`);
  return [...previous, { from, to: label(to) }];
}

/** Parses "2=MUV_2027". */
export function lineCode(text: string, previous: readonly CodeChange[]): CodeChange[] {
  const [, line, to] = /^([1-9]\d{0,2})=([^=]+)$/.exec(text) ?? [];
  if (line === undefined || to === undefined)
    throw new UsageError(`--line must be N=CODE, such as 2=MUV_2027, not ${text}: \`show\` numbers the lines.`);
  return [...previous, { line: Number(line), to: label(to) }];
}

export function label(text: string): string {
  if (isLabel(text, 100)) return text;
  throw new UsageError(`A code or number must be 1 to 100 printable characters, not ${JSON.stringify(text)}.`);
}

/** Parses "topup_order.paid", and the kind PAID as the graph names it. */
export function eventTypes(text: string, previous: readonly string[] = []): string[] {
  const type = text.startsWith('topup_order.') ? text : `topup_order.${text.toLowerCase()}`;
  if (EVENT_TYPES.includes(type)) return [...previous, type];
  throw new UsageError(`There is no type ${text}: use ${EVENT_TYPES.join(', ')}.`);
}
