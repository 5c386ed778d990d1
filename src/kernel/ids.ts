import { v7 as uuidv7 } from 'uuid';

/** Time-ordered UUIDs: new rows land at the end of their index. */
export function newId(): string {
  return uuidv7();
}

/** Whether a text could be one of our row ids; asking the database with anything else is an error there. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
