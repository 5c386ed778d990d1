import { isSafeNumber, parse } from 'lossless-json';

const MAX_DEPTH = 32;
/** A number as it was written, for readers that accept more than a safe number. JSON itself has no such value. */
export class WrittenNumber {
  constructor(readonly written: string) {}
}

/** A whole number as amounts are written. */
const WHOLE = /^(0|[1-9]\d{0,15})$/;
/** A whole number with more than 40 digits is no amount, and takes long to read. */
const LONG_WHOLE = /^-?\d{1,40}$/;
/** Matches brackets and strings. A string before a colon is the name of a member. */
const TOKENS = /[{}[\]]|"((?:[^"\\]|\\.)*)"?(\s*:)?/gs;

/**
 * Parses JSON as JSON.parse does, except for numbers that JSON.parse would round: 9007199254740993 becomes a bigint, and
 * 1000000.00000000001 a WrittenNumber. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return parse(text, undefined, { parseNumber: readExactly, onDuplicateKey: ({ newValue }) => newValue });
}

function readExactly(written: string): unknown {
  if (isSafeNumber(written)) return Number(written);
  return LONG_WHOLE.test(written) ? BigInt(written) : new WrittenNumber(written);
}

/**
 * Parses JSON without repeated members, so that no two parsers read it differently. Whole numbers become bigints, all
 * others a WrittenNumber. Returns undefined if a member is repeated, the bytes are not UTF-8 or not JSON, or more than 32 levels are nested.
 */
export function parseStrictJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!isShallowAndUnambiguous(text)) return undefined;
    return parse(text, undefined, (number) => (WHOLE.test(number) ? BigInt(number) : new WrittenNumber(number)));
  } catch {
    return undefined;
  }
}

/** A member whose name occurs for the second time in its object. */
export interface RepeatedMember {
  name: string;
  /** The place of the second name in the text, counted from 0. */
  offset: number;
}

/** Returns the first repeated member of a JSON text, of which two parsers could keep different ones. */
export function repeatedMember(json: string): RepeatedMember | undefined {
  const fault = scan(json, Number.POSITIVE_INFINITY);
  return fault === 'deep' ? undefined : fault;
}

/** The library accepts a member that is repeated with the same value, and any depth. */
const isShallowAndUnambiguous = (text: string) => scan(text, MAX_DEPTH) === undefined;

function scan(text: string, maxDepth: number): RepeatedMember | 'deep' | undefined {
  const open: Set<string>[] = [];
  for (const { 0: token, 1: content, 2: colon, index: offset } of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const name: string = JSON.parse(`"${content}"`);
      if (open.at(-1)?.has(name)) return { name, offset };
      open.at(-1)?.add(name);
    }
    if (open.length > maxDepth) return 'deep';
  }
  return undefined;
}
