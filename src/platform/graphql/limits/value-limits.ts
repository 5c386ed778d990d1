import { type Excess, firstOver } from './excess.ts';
import { VALUE_LIMITS } from './limits.ts';

type Counts = Record<keyof typeof VALUE_LIMITS, number>;
const LIMITED = Object.keys(VALUE_LIMITS) as (keyof typeof VALUE_LIMITS)[];

/**
 * Returns the first limit that a JSON value exceeds; undefined if it exceeds none. Does not recurse, because JSON can be nested
 * deeper than the stack.
 */
export function excessOfValue(value: unknown): Excess | undefined {
  const counts: Counts = { nesting: 0, entries: 0, 'elements of a list': 0, 'length of a string': 0, characters: 0 };
  const open: { value: unknown; nesting: number }[] = [{ value, nesting: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, nesting } = next;
    count(counts, value, nesting);
    if (isOver(counts)) return firstOver(counts, VALUE_LIMITS);
    if (typeof value !== 'object' || value === null) continue;
    for (const element of Object.values(value)) open.push({ value: element, nesting: nesting + 1 });
  }
  return undefined;
}

/** Builds no message, because it runs for every value. */
function isOver(counts: Counts): boolean {
  return LIMITED.some((name) => counts[name] > VALUE_LIMITS[name]);
}

/** Counts one value without its members. */
function count(counts: Counts, value: unknown, nesting: number): void {
  counts.nesting = Math.max(counts.nesting, nesting);
  if (typeof value === 'string') {
    counts['length of a string'] = Math.max(counts['length of a string'], value.length);
    counts.characters += value.length;
  } else if (Array.isArray(value)) {
    counts['elements of a list'] = Math.max(counts['elements of a list'], value.length);
    counts.entries += value.length;
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      counts.entries += 1;
      counts.characters += name.length;
    }
  }
}
