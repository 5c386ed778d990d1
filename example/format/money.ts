import type { Money } from '../api/types.ts';

/**
 * The graph's Decimal is a JSON string of digits. All arithmetic here uses bigint, because rupiah exceed an exact JavaScript
 * number.
 */
export type Decimal = string;

/** The number of digits that the service can charge. */
const MAX_DIGITS = 15;

/** Formats 1000000 as "1.000.000", in both languages of the page. */
export function grouped(value: bigint | Decimal): string {
  const number = BigInt(value);
  const digits = (number < 0n ? -number : number).toString().replace(/\B(?=(\d{3})+$)/g, '.');
  return number < 0n ? `-${digits}` : digits;
}

/** Formats 1000000 as "Rp1.000.000". */
export function rupiah(value: bigint | Decimal | Money): string {
  const text = grouped(typeof value === 'object' ? value.amount : value);
  return text.startsWith('-') ? `-Rp${text.slice(1)}` : `Rp${text}`;
}

/** Converts typed text to a Decimal: digits only, no leading zero; "" for empty text or zeros. */
export function typedDecimal(text: string): Decimal {
  return text.replace(/\D/g, '').replace(/^0+/, '').slice(0, MAX_DIGITS);
}

export function times(a: Decimal, b: Decimal | number): bigint {
  return BigInt(a) * BigInt(b);
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}
