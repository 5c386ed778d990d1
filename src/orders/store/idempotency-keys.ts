import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import { IdempotencyKey } from './idempotency-key.entity.ts';
import { TopupOrder } from './topup-order.entity.ts';

export type OrderOfKey = TopupOrder & { contentHash: string; isPruned: boolean };

/** The order of a repeat; "conflict" if the key was used with other content; "pruned" if its draft is deleted (pruning.ts). */
export type Repeat = TopupOrder | 'conflict' | 'pruned';

/** Selects the order of this key, with the hash of the content that the key was used with. */
export const usesOfKey = ({ organizationId, operation, key }: KeyUse): Query<OrderOfKey> => sql<OrderOfKey>`
  select k.content_hash as "contentHash", o.id is null as "isPruned", ${columnsOf(TopupOrder, 'o')}
  from idempotency_keys k left join topup_orders o on o.id = k.order_id
  where k.organization_id = ${organizationId} and k.operation = ${operation} and k.key = ${key}`;

/** Returns undefined if the key is new. */
export function repeatOf(use: KeyUse, [earlier]: readonly OrderOfKey[]): Repeat | undefined {
  if (earlier === undefined) return undefined;
  const { contentHash, isPruned, ...order } = earlier;
  if (contentHash !== use.contentHash) return 'conflict';
  return isPruned ? 'pruned' : order;
}

const insertKeys = insertInto(IdempotencyKey);

/** Uses up the key within the transaction. Fails (isKeyTaken) if another transaction used it first. */
export const keyInsert = (use: KeyUse, orderId: string, at: Date, onlyIf?: Sql): Query =>
  insertKeys([{ ...use, orderId, createdAt: at }], { onlyIf });

export function isKeyTaken(error: unknown): boolean {
  return violatesUnique(error, 'idempotency_keys_pkey');
}
