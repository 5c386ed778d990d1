import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { violatesUnique } from '../platform/database/errors.ts';
import { badUserInput } from '../platform/graphql/errors.ts';
import { IdempotencyKey, type IdempotentOperation } from './idempotency-key.entity.ts';

const MAX_KEY_LENGTH = 255;

/** One use of a key: for whom, for what, with which content. */
export interface KeyUse {
  organizationId: string;
  operation: IdempotentOperation;
  key: string;
  contentHash: string;
}

/** Throws BAD_USER_INPUT where the key could not be one. `content` must say the same in the same words each time. */
export function keyUse(organizationId: string, operation: IdempotentOperation, key: string, content: unknown): KeyUse {
  if (key.trim() === '' || key.length > MAX_KEY_LENGTH || /[\p{Cc}\p{Cs}]/u.test(key)) {
    throw badUserInput(
      `idempotencyKey must have 1 to ${MAX_KEY_LENGTH} printable characters: a UUID per order and step is right.`,
    );
  }
  const contentHash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { organizationId, operation, key, contentHash };
}

/** The order that this key made before, "conflict" where it made something else, undefined where it is new. */
export async function findKeyUse(
  tx: EntityManager,
  use: KeyUse,
): Promise<{ orderId: string } | 'conflict' | undefined> {
  const { organizationId, operation, key, contentHash } = use;
  const found = await tx.findOneBy(IdempotencyKey, { organizationId, operation, key });
  if (found === null) return undefined;
  return found.contentHash === contentHash ? { orderId: found.orderId } : 'conflict';
}

/** Uses the key up, with the transaction. Fails (isKeyTaken) where another transaction was first. */
export async function recordKeyUse(tx: EntityManager, use: KeyUse, orderId: string, at: Date): Promise<void> {
  await tx.insert(IdempotencyKey, { ...use, orderId, createdAt: at });
}

export function isKeyTaken(error: unknown): boolean {
  return violatesUnique(error, 'idempotency_keys_pkey');
}
