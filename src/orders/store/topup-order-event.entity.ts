import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { OrderStatus } from '../rules/order-state.ts';

/** A step of an order's timeline. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. */
@Entity('topup_order_events')
@Index('topup_order_events_order_idx', ['orderId', 'id'])
export class TopupOrderEvent {
  /** In the order of the transactions: an order's steps follow its row lock, whatever the replicas' clocks say. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'topup_order_events_pkey',
  })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'topup_order_events_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column({ name: 'from_status', type: 'text', nullable: true })
  from!: OrderStatus | null;

  @Column({ name: 'to_status', type: 'text' })
  to!: OrderStatus;

  /** What caused it, e.g. "confirmOrder", "payment: webhook". */
  @Column({ type: 'text' })
  cause!: string;

  /** Who caused it: a token's subject or an operator; null for the system. Not shown in the graph. */
  @Column({ type: 'text', nullable: true })
  actor!: string | null;

  /** Why, in the operator's words. Not shown in the graph. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;
}
