import { randomInt } from 'node:crypto';
import { jakartaDate } from '../../kernel/jakarta.ts';

/** Crockford's base 32: no I, L, O, U, so that nothing is misheard or misread over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const NUMBER = /^TU-(\d{6})-([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})$/;

/**
 * A number that a person can read out: TU-<day of creation>-<seven random symbols and a check symbol>, e.g.
 * TU-261122-7K3M-9QXE. The check symbol covers the day too: it catches any one wrong symbol and any two neighbours that
 * were swapped. Unique by the database: 2^35 a day make a collision rare, and a collision is drawn anew.
 */
export function newOrderNumber(now: Date): string {
  const day = jakartaDate(now).slice(2).replaceAll('-', '');
  const random = Array.from({ length: 7 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const text = random + ALPHABET[checkSymbol(day + random)];
  return `TU-${day}-${text.slice(0, 4)}-${text.slice(4)}`;
}

export function isOrderNumber(text: string): boolean {
  const [, day = '', first = '', second = ''] = NUMBER.exec(text) ?? [];
  return day !== '' && checkSymbol(day + first + second) === 0;
}

/**
 * Damm's scheme over the field of 32 elements, whose numbers are the symbols' places in the alphabet: add, then multiply
 * by x modulo x^5 + x^2 + 1. A text that ends in its own check symbol checks to 0.
 */
function checkSymbol(text: string): number {
  return [...text].reduce((check, symbol) => {
    const sum = check ^ ALPHABET.indexOf(symbol);
    return (sum << 1) ^ (sum & 16 ? 0b100101 : 0);
  }, 0);
}
