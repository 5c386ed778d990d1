/** JSON that keeps bigints: for values that leave the process and come back to it (a cache), not for others to read. */
const TAG = '$bigint';

export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? { [TAG]: item.toString() } : item));
}

export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, item) => {
    const tagged = typeof item === 'object' && item !== null && TAG in item;
    return tagged ? BigInt(item[TAG]) : item;
  });
}
