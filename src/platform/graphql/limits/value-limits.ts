import { firstOver } from './document-limits.ts';
import { VALUE_LIMITS } from './limits.ts';

type Found = Record<keyof typeof VALUE_LIMITS, number>;
const LIMITED = Object.keys(VALUE_LIMITS) as (keyof typeof VALUE_LIMITS)[];

/**
 * Why a JSON value is too much; undefined where it is not. It stops at the first limit that is passed, and does not recurse:
 * JSON can be nested deeper than the stack.
 */
export function refusalOfValue(value: unknown): string | undefined {
  const found: Found = { nesting: 0, entries: 0, 'elements of a list': 0, 'length of a string': 0, characters: 0 };
  const open: { value: unknown; nesting: number }[] = [{ value, nesting: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, nesting } = next;
    count(found, value, nesting);
    if (isOver(found)) return firstOver(found, VALUE_LIMITS);
    if (typeof value !== 'object' || value === null) continue;
    for (const element of Object.values(value)) open.push({ value: element, nesting: nesting + 1 });
  }
  return undefined;
}

/** Asked of every value: words are found for the one that is too much. */
function isOver(found: Found): boolean {
  return LIMITED.some((name) => found[name] > VALUE_LIMITS[name]);
}

/** Of this value alone, not of what is in it. */
function count(found: Found, value: unknown, nesting: number): void {
  found.nesting = Math.max(found.nesting, nesting);
  if (typeof value === 'string') {
    found['length of a string'] = Math.max(found['length of a string'], value.length);
    found.characters += value.length;
  } else if (Array.isArray(value)) {
    found['elements of a list'] = Math.max(found['elements of a list'], value.length);
    found.entries += value.length;
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      found.entries += 1;
      found.characters += name.length;
    }
  }
}
