import { WrittenNumber } from './json.ts';
import { MAX_AMOUNT, type Rupiah } from './money.ts';

/** An amount as a partner names it. Only rupiah are counted; other currencies are kept as they were written. */
export interface Amount {
  /** Decimal text without needless zeros. */
  text: string;
  currency: string;
  /** null in every other currency. */
  rupiah: Rupiah | null;
}

const DECIMAL = /^(0|[1-9]\d{0,15})(?:\.(\d{1,20}))?$/;

/**
 * Reads a JSON number or a text of digits, with or without decimals: 1000000, 1000000.0, "1000000.00". Returns undefined
 * for a sign, an exponent, any other value, and for rupiah with a fraction or above MAX_AMOUNT.
 */
export function parseAmount(value: unknown, currency: string): Amount | undefined {
  const match = DECIMAL.exec(writtenForm(value));
  if (match === null) return undefined;
  const [, whole = '', decimals = ''] = match;
  const fraction = decimals.replace(/(?<!0)0+$/, '');
  if (currency !== 'IDR') return { text: fraction === '' ? whole : `${whole}.${fraction}`, currency, rupiah: null };
  const rupiah = BigInt(whole);
  return fraction === '' && rupiah <= MAX_AMOUNT ? { text: whole, currency, rupiah } : undefined;
}

function writtenForm(value: unknown): string {
  if (value instanceof WrittenNumber) return value.written;
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : '';
}

export const rupiahAmount = (rupiah: Rupiah): Amount => ({ text: String(rupiah), currency: 'IDR', rupiah });

/** Subtracts decimal texts exactly. Returns "0" if nothing remains. */
export function decimalDifference(minuend: string, subtrahend: string): string {
  const places = placesOf(minuend, subtrahend);
  const rest = scaled(minuend, places) - scaled(subtrahend, places);
  return rest <= 0n ? '0' : unscaled(rest, places);
}

/** Adds decimal texts exactly. */
export function decimalSum(first: string, second: string): string {
  const places = placesOf(first, second);
  return unscaled(scaled(first, places) + scaled(second, places), places);
}

const placesOf = (...texts: string[]) => Math.max(...texts.map((text) => (text.split('.')[1] ?? '').length));

function unscaled(value: bigint, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places).replace(/(?<!0)0+$/, '');
  const whole = digits.slice(0, digits.length - places);
  return places === 0 || fraction === '' ? whole : `${whole}.${fraction}`;
}

function scaled(text: string, places: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}
