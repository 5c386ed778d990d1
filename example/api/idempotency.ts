type Operation = 'create' | 'confirm';

const slotOf = (operation: Operation, content: unknown) => `topup:key:${operation}:${JSON.stringify(content)}`;

/**
 * Returns one key per content of a mutation. A retry after a lost answer, a double click or a reload sends the same key and
 * gets the first order. Other content gets another key.
 */
export function keyFor(operation: Operation, content: unknown): string {
  const slot = slotOf(operation, content);
  const existing = sessionStorage.getItem(slot);
  if (existing !== null) return existing;
  const key = crypto.randomUUID();
  sessionStorage.setItem(slot, key);
  return key;
}

/** True if this browser session has sent the same content before. */
export function knowsKey(operation: Operation, content: unknown): boolean {
  return sessionStorage.getItem(slotOf(operation, content)) !== null;
}

/** Forgets the key, so that the same content creates a new order. */
export function forgetKey(operation: Operation, content: unknown): void {
  sessionStorage.removeItem(slotOf(operation, content));
}
