/**
 * One key per content of a mutation: whoever tries the same again (a lost answer, a double click, a reload) sends the same
 * key and gets the first one's order; other content gets another key.
 */
type Operation = 'create' | 'confirm';

const slotOf = (operation: Operation, content: unknown) => `topup:key:${operation}:${JSON.stringify(content)}`;

export function keyFor(operation: Operation, content: unknown): string {
  const slot = slotOf(operation, content);
  const known = sessionStorage.getItem(slot);
  if (known !== null) return known;
  const key = crypto.randomUUID();
  sessionStorage.setItem(slot, key);
  return key;
}

/** Whether this very content was tried from here before. */
export function knowsKey(operation: Operation, content: unknown): boolean {
  return sessionStorage.getItem(slotOf(operation, content)) !== null;
}

/** Once the key's order is done with, the same content is a new wish. */
export function forgetKey(operation: Operation, content: unknown): void {
  sessionStorage.removeItem(slotOf(operation, content));
}
