import { isSafeNumber, parse } from 'lossless-json';

const MAX_DEPTH = 32;
/** A whole number as amounts are written. It keeps all its digits; any other number becomes a float. */
const WHOLE = /^(0|[1-9]\d{0,15})$/;
/** A whole number with more than 40 digits is no amount, and takes long to read. */
const LONG_WHOLE = /^-?\d{1,40}$/;
/** Matches brackets and strings. A string before a colon is the name of a member. */
const TOKENS = /[{}[\]]|"((?:[^"\\]|\\.)*)"?(\s*:)?/gs;

/**
 * Parses JSON as JSON.parse does, except for numbers that JSON.parse would round: 9007199254740993 becomes a bigint, and
 * 1000000.00000000001 an object with the text, which no schema accepts as a number. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return parse(text, undefined, { parseNumber: readExactly, onDuplicateKey: ({ newValue }) => newValue });
}

function readExactly(written: string): unknown {
  if (isSafeNumber(written)) return Number(written);
  return LONG_WHOLE.test(written) ? BigInt(written) : { written };
}

/**
 * Parses JSON without repeated members, so that no two parsers read it differently. Whole numbers become bigints. Returns
 * undefined if a member is repeated, the bytes are not UTF-8 or not JSON, or more than 32 levels are nested.
 */
export function parseStrictJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!isShallowAndUnambiguous(text)) return undefined;
    return parse(text, undefined, (number) => (WHOLE.test(number) ? BigInt(number) : Number(number)));
  } catch {
    return undefined;
  }
}

/** The library accepts a member that is repeated with the same value, and any depth. */
function isShallowAndUnambiguous(text: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, content, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const name: string = JSON.parse(`"${content}"`);
      if (open.at(-1)?.has(name)) return false;
      open.at(-1)?.add(name);
    }
    if (open.length > MAX_DEPTH) return false;
  }
  return true;
}
