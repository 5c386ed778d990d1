import { createHash } from 'node:crypto';
import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { call, statement } from '../../platform/database/statement.ts';
import { badUserInput } from '../../platform/graphql/errors.ts';
import type { IdempotentOperation } from './idempotency-key.entity.ts';
import { TopupOrder } from './topup-order.entity.ts';

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

const FIND = statement<TopupOrder & { contentHash: string }>(
  `select k.content_hash as "contentHash", ${columnsOf(TopupOrder, 'o')}
   from idempotency_keys k join topup_orders o on o.id = k.order_id
   where k.organization_id = $1 and k.operation = $2 and k.key = $3`,
);

/** What this key made before; repeatOf() says what it means. */
export const findKeyUse = ({ organizationId, operation, key }: KeyUse) => call(FIND, organizationId, operation, key);

/** The order that this key made before, "conflict" where it made something else, undefined where it is new. */
export function repeatOf(
  { contentHash }: KeyUse,
  [found]: readonly (TopupOrder & { contentHash: string })[],
): TopupOrder | 'conflict' | undefined {
  if (found === undefined) return undefined;
  const { contentHash: madeOf, ...order } = found;
  return madeOf === contentHash ? order : 'conflict';
}

const RECORD = statement(
  `insert into idempotency_keys (organization_id, operation, key, content_hash, order_id, created_at)
   values ($1, $2, $3, $4, $5, $6)`,
);

/** Uses the key up, with the transaction. Fails (isKeyTaken) where another transaction was first. */
export const recordKeyUse = ({ organizationId, operation, key, contentHash }: KeyUse, orderId: string, at: Date) =>
  call(RECORD, organizationId, operation, key, contentHash, orderId, at);

export function isKeyTaken(error: unknown): boolean {
  return violatesUnique(error, 'idempotency_keys_pkey');
}
