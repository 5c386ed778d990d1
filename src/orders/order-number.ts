import { randomInt } from 'node:crypto';
import { jakartaDate } from '../kernel/jakarta.ts';

/** Crockford's base 32: no I, L, O, U, so that nothing is misheard or misread over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * A number that a person can read out: TU-<day of creation>-<seven random symbols and a check symbol>, e.g.
 * TU-261122-7K3M-9QX4. The check symbol catches any one wrong symbol and any two neighbours that were swapped. Unique by
 * the database: 2^35 a day make a collision rare, and a collision is drawn anew.
 */
export function newOrderNumber(now: Date): string {
  const symbols = Array.from({ length: 7 }, () => randomInt(ALPHABET.length));
  const text = [...symbols, checkSymbol(symbols)].map((value) => ALPHABET[value]).join('');
  return `TU-${jakartaDate(now).slice(2).replaceAll('-', '')}-${text.slice(0, 4)}-${text.slice(4)}`;
}

export function isOrderNumber(text: string): boolean {
  const match = /^TU-\d{6}-([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})$/.exec(text);
  if (match === null) return false;
  const symbols = [...`${match[1]}${match[2]}`].map((symbol) => ALPHABET.indexOf(symbol));
  return symbols.pop() === checkSymbol(symbols);
}

/** Luhn's mod N algorithm over base 32. */
function checkSymbol(symbols: readonly number[]): number {
  const base = ALPHABET.length;
  const sum = symbols.toReversed().reduce((total, value, index) => {
    const addend = index % 2 === 0 ? value * 2 : value;
    return total + Math.floor(addend / base) + (addend % base);
  }, 0);
  return (base - (sum % base)) % base;
}
