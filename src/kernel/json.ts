import { isSafeNumber, parse } from 'lossless-json';

const MAX_DEPTH = 32;
/** As much of a number as amounts need: a plain whole one keeps all its digits, every other way of writing stays a float. */
const WHOLE = /^(0|[1-9]\d{0,15})$/;
/** A whole number with more digits than this is nobody's amount, and costs time to read. */
const LONG_WHOLE = /^-?\d{1,40}$/;
/** An object's beginning or end, an array's, or a string; one that a colon follows is a member's name. */
const TOKENS = /[{}[\]]|"((?:[^"\\]|\\.)*)"?(\s*:)?/gs;

/**
 * JSON as JSON.parse reads it, but for numbers that JSON.parse would round: 9007199254740993 is a bigint, and one with more digits
 * than a float holds (1000000.00000000001) stays text in an object, which no schema takes for a number. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return parse(text, undefined, { parseNumber: readExactly, onDuplicateKey: ({ newValue }) => newValue });
}

function readExactly(written: string): unknown {
  if (isSafeNumber(written)) return Number(written);
  return LONG_WHOLE.test(written) ? BigInt(written) : { written };
}

/**
 * JSON in which every member is there once, so that two readers of it cannot understand it differently. Whole numbers are
 * bigints. undefined: it is not that, or no UTF-8, or nested beyond what any event needs.
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

/** The library lets a member through that is there twice with the same value, and goes as deep as it is led. */
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
