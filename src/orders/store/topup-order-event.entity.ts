import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { OrderStatus } from '../rules/order-state.ts';

/**
 * A step of an order's timeline. Append-only: a trigger refuses UPDATE, TRUNCATE, and every DELETE but that of a pruned draft
 * with all its steps.
 */
@Entity('topup_order_events')
@Index('topup_order_events_order_idx', ['orderId', 'id'])
export class TopupOrderEvent {
  /** Ids follow the transactions, not the replicas' clocks: the order's row lock serializes its steps. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'topup_order_events_pkey',
  })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'topup_order_events_order_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ name: 'from_status', type: 'text', nullable: true })
  from!: OrderStatus | null;

  @Column({ name: 'to_status', type: 'text' })
  to!: OrderStatus;

  /** The cause, e.g. "confirmOrder" or "payment: webhook". */
  @Column({ type: 'text' })
  cause!: string;

  /** The token's subject or the operator; null for the system. The graph shows no operator. */
  @Column({ type: 'text', nullable: true })
  actor!: string | null;

  /** The name in the caller's token at that time; null without one, and for operators and the system. */
  @Column({ name: 'actor_name', type: 'text', nullable: true })
  actorName!: string | null;

  /** The operator's own words. The organization's statement shows those of a refund and of an approval. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;
}
