import { createHash } from 'node:crypto';
import { badUserInput } from '../../platform/graphql/errors.ts';

export const IDEMPOTENT_OPERATIONS = ['create', 'confirm'] as const;
export type IdempotentOperation = (typeof IDEMPOTENT_OPERATIONS)[number];

/** One use of a key: an organization performs one operation with it. */
export interface KeyUse {
  organizationId: string;
  operation: IdempotentOperation;
  key: string;
  contentHash: string;
}

const MAX_KEY_LENGTH = 255;

/**
 * `content` must be JSON that is the same for every repeat of the call. Throws BAD_USER_INPUT if the key is malformed.
 */
export function keyUse(organizationId: string, operation: IdempotentOperation, key: string, content: unknown): KeyUse {
  if (key.trim() === '' || key.length > MAX_KEY_LENGTH || /[\p{Cc}\p{Cs}]/u.test(key)) {
    throw badUserInput(
      `idempotencyKey must have 1 to ${MAX_KEY_LENGTH} printable characters: a UUID per order and step is right.`,
    );
  }
  const contentHash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { organizationId, operation, key, contentHash };
}
