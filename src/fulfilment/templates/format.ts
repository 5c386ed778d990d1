import { jakartaDate, jakartaTime } from '../../kernel/jakarta.ts';
import { formatRupiah } from '../../kernel/money.ts';
import type { MailSum } from '../mail-money.ts';
import { MESSAGES } from './messages.ts';
import type { MailLocale } from './order-mail.ts';

const SEPARATORS: Readonly<Record<MailLocale, string>> = { id: '.', en: ',' };

/**
 * Writes "22 November 2026 pukul 15.04 WIB" or "22 November 2026, 15:04 WIB". Words and separators are our own:
 * Intl's change with the ICU version, and a Node without its data writes English.
 */
export function formatInstant(instant: Date, locale: MailLocale): string {
  const [hour = '', minute = ''] = jakartaTime(instant).split(':');
  return MESSAGES[locale].instant(formatDate(jakartaDate(instant), locale), hour, minute);
}

/** Writes "22 November 2026" for a date "2026-11-22". */
export function formatDate(date: string, locale: MailLocale): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${Number(day)} ${MESSAGES[locale].months[Number(month) - 1]} ${year}`;
}

/**
 * Writes units with the language's separators. Amounts go through formatRupiah, which writes them one way everywhere.
 */
function formatUnits(units: bigint, locale: MailLocale): string {
  return units.toString().replace(/\B(?=(\d{3})+(?!\d))/g, SEPARATORS[locale]);
}

/** Writes a number of a line's units. A unit that costs Rp1 is a rupiah itself. */
export function formatQuantity(units: bigint, line: { quantity: bigint; amount: bigint }, locale: MailLocale): string {
  return line.amount === line.quantity ? formatRupiah(units) : formatUnits(units, locale);
}

/** Writes "Rp5 and USD 61.25"; empty without any sum. */
export function formatSums(sums: readonly MailSum[], locale: MailLocale): string {
  const texts = sums.map(({ amount, currency }) =>
    currency === 'IDR' ? formatRupiah(BigInt(amount)) : `${oneLine(currency)} ${oneLine(amount)}`,
  );
  return texts.join(` ${MESSAGES[locale].and} `);
}

/**
 * Puts a foreign value on one line. A line break in it could add a header after the subject or forge a line of the text
 * version. A control of the writing direction could show an amount or a link backwards.
 */
export function oneLine(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Returns the address as a browser parses it, or null if it is not http(s): such an address is never shown. */
export function httpUrl(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
