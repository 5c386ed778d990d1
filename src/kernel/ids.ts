import { v7 as uuidv7 } from 'uuid';

/** Returns a time-ordered UUID (v7), so that new rows land at the end of their index. */
export function newId(): string {
  return uuidv7();
}

/** Returns true if the text is a UUID. PostgreSQL fails on any other text where it expects an id. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/** Returns the least id of that time: ids begin with their time (UUIDv7). */
export function leastIdOf(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
