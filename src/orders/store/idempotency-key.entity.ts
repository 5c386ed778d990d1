import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { literals } from '../../platform/database/sql.ts';
import { IDEMPOTENT_OPERATIONS, type IdempotentOperation } from '../rules/idempotency-key.ts';

/**
 * A key of a successful call, with the hash of its content. The transaction of that call writes it, so a refusal does
 * not use it up. A concurrent call with the same key waits for that transaction, then finds the key. Rows are never
 * deleted: a key outlives a draft that was pruned, so no foreign key binds it to its order.
 */
@Entity('idempotency_keys')
@Check('idempotency_keys_operation_check', `operation in (${literals(IDEMPOTENT_OPERATIONS)})`)
export class IdempotencyKey {
  @PrimaryColumn({ name: 'organization_id', type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  operation!: IdempotentOperation;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key!: string;

  @Column({ name: 'content_hash', type: 'text' })
  contentHash!: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
