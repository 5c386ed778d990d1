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
 * Damm's scheme over the field of 32 elements, in which a symbol's number is its place in the alphabet. Each step adds,
 * then multiplies by x modulo x^5 + x^2 + 1. A text that ends in its own check symbol yields 0.
 */
function checkSymbol(text: string): number {
  return [...text].reduce((check, symbol) => {
    const sum = check ^ ALPHABET.indexOf(symbol);
    return (sum << 1) ^ (sum & 16 ? 0b100101 : 0);
  }, 0);
}
