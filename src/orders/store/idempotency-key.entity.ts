import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export type IdempotentOperation = 'create' | 'confirm';

/**
 * A key that succeeded, and with what. Written in the transaction of the success, so that a refusal does not use it up and
 * of two at once one waits for the other and then finds it. Kept for good.
 */
@Entity('idempotency_keys')
@Check('idempotency_keys_operation_check', `operation in ('create', 'confirm')`)
export class IdempotencyKey {
  @PrimaryColumn({ name: 'organization_id', type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  organizationId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  operation!: IdempotentOperation;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key!: string;

  @Column({ name: 'content_hash', type: 'text' })
  contentHash!: string;

  @ForeignKey('TopupOrder', { name: 'idempotency_keys_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
