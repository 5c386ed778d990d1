import { randomInt } from 'node:crypto';
import { jakartaDate } from '../../kernel/jakarta.ts';

/** Crockford's base 32 leaves out I, L, O and U, so that nobody mishears or misreads a symbol. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const NUMBER = /^TU-(\d{6})-([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})$/;

/**
 * Returns a number that a person can read out: TU-<day of creation>-<seven random symbols and a check symbol>, e.g.
 * TU-261122-7K3M-9QXE. The check symbol covers the day too: it detects one wrong symbol and a swap of two neighbours. A
 * unique constraint refuses a collision among the 2^35 numbers of a day, and the caller draws again. `draw` returns a whole number
 * from 0 to below its argument.
 */
export function newOrderNumber(now: Date, draw: (below: number) => number = randomInt): string {
  const day = jakartaDate(now).slice(2).replaceAll('-', '');
  const random = Array.from({ length: 7 }, () => ALPHABET[draw(ALPHABET.length)]).join('');
  const text = random + ALPHABET[checkSymbol(day + random)];
  return `TU-${day}-${text.slice(0, 4)}-${text.slice(4)}`;
}

/** Returns true for a text that newOrderNumber() can return: a typing mistake in one symbol, or a swap of two, makes it false. */
export function isOrderNumber(text: string): boolean {
  const [, day = '', first = '', second = ''] = NUMBER.exec(text) ?? [];
  return day !== '' && checkSymbol(day + first + second) === 0;
}

/**
 * Returns the stored form of a number that a person typed: in capitals, without spaces around it. A text that cannot be one, such as one
 * with a control character, which PostgreSQL takes in no text, gives the empty number, which no order has.
 */
export function typedOrderNumber(text: string): string {
  const number = text.trim().toUpperCase();
  return /^[A-Z0-9-]{1,40}$/.test(number) ? number : '';
}

/** The shortest part of a number that is searched: 4 symbols are one group as people read them out. */
const SHORTEST_PART = 4;

/**
 * Returns the symbols of a part of a number, as a person typed or heard it: in capitals, without hyphens and spaces, and with 0 and 1 for the
 * letters that no number has. A text that cannot be a part, or is too short, gives the empty part, which no order has.
 */
export function typedNumberPart(text: string): string {
  const symbols = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return symbols.length >= SHORTEST_PART && /^[A-Z0-9]{1,40}$/.test(symbols) ? symbols : '';
}

/** True for a text in the form of a whole number, right or wrong. */
export const isWholeNumber = (number: string): boolean => NUMBER.test(number);

/**
 * Damm's scheme over the field of 32 elements, in which a symbol's number is its place in the alphabet. Each step adds,
 * then multiplies by x modulo x^5 + x^2 + 1. A text that ends in its own check symbol yields 0.
 */
function checkSymbol(text: string): number {
  return [...text].reduce((check, symbol) => {
    const sum = check ^ ALPHABET.indexOf(symbol);
    return (sum << 1) ^ (sum & 16 ? 0b100101 : 0);
  }, 0);
}
