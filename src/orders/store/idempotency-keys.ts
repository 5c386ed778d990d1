import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import { IdempotencyKey } from './idempotency-key.entity.ts';
import { TopupOrder } from './topup-order.entity.ts';

export type UsedKey = TopupOrder & { contentHash: string };

/** The order that this key made before, and what the key was used with. */
export const usesOfKey = ({ organizationId, operation, key }: KeyUse): Query<UsedKey> => sql<UsedKey>`
  select k.content_hash as "contentHash", ${columnsOf(TopupOrder, 'o')}
  from idempotency_keys k join topup_orders o on o.id = k.order_id
  where k.organization_id = ${organizationId} and k.operation = ${operation} and k.key = ${key}`;

/** The order that a repeat answers; "conflict" where the key was used with other content; undefined where it is new. */
export function repeatOf(use: KeyUse, [used]: readonly UsedKey[]): TopupOrder | 'conflict' | undefined {
  if (used === undefined) return undefined;
  const { contentHash, ...order } = used;
  return contentHash === use.contentHash ? order : 'conflict';
}

const insertKeys = insertInto(IdempotencyKey);

/** Uses the key up, with the transaction. Fails (isKeyTaken) where another transaction was first. */
export const keyUsed = (use: KeyUse, orderId: string, at: Date, onlyIf?: Sql): Query =>
  insertKeys([{ ...use, orderId, createdAt: at }], { onlyIf });

export function isKeyTaken(error: unknown): boolean {
  return violatesUnique(error, 'idempotency_keys_pkey');
}
