import { firstOver } from './document-limits.ts';
import { VALUE_LIMITS } from './limits.ts';

type Found = Record<keyof typeof VALUE_LIMITS, number>;

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
    const refusal = firstOver(found, VALUE_LIMITS);
    if (refusal !== undefined) return refusal;
    if (typeof value !== 'object' || value === null) continue;
    for (const element of Object.values(value)) open.push({ value: element, nesting: nesting + 1 });
  }
  return undefined;
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
