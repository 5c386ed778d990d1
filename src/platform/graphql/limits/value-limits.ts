import { firstOver } from './document-limits.ts';
import { VALUE_LIMITS } from './limits.ts';

type Found = Record<keyof typeof VALUE_LIMITS, number>;
const LIMITED = Object.keys(VALUE_LIMITS) as (keyof typeof VALUE_LIMITS)[];

/**
 * Says which limit a JSON value exceeds; undefined if none. Stops at the first one, and does not recurse, because JSON can be
 * nested deeper than the stack.
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

/** Runs for every value, so it makes no message. */
function isOver(found: Found): boolean {
  return LIMITED.some((name) => found[name] > VALUE_LIMITS[name]);
}

/** Counts this value alone, without its members. */
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
