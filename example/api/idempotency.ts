import { readStored, store } from './storage.ts';

type Operation = 'create' | 'confirm';

/** The organization is part of the slot: keys belong to it. */
const slotOf = (organizationId: string, operation: Operation, content: unknown) =>
  `topup:key:${organizationId}:${operation}:${JSON.stringify(content)}`;

/**
 * Returns one key per content of a mutation. A retry after a lost answer, a double click, a reload or a second tab sends the same key and
 * gets the first order. Other content gets another key.
 */
export function keyFor(organizationId: string, operation: Operation, content: unknown): string {
  const slot = slotOf(organizationId, operation, content);
  const existing = readStored(slot);
  if (existing !== null) return existing;
  const key = crypto.randomUUID();
  store(slot, key);
  return key;
}

/** True if this browser has sent the same content before. */
export function hasKey(organizationId: string, operation: Operation, content: unknown): boolean {
  return readStored(slotOf(organizationId, operation, content)) !== null;
}

/** Forgets the key, so that the same content creates a new order. */
export function forgetKey(organizationId: string, operation: Operation, content: unknown): void {
  store(slotOf(organizationId, operation, content), null);
}
