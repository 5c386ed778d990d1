import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { literals } from '../../platform/database/sql.ts';

/** OPERATOR: by command. GONE: the receiver answered 410. FAILED: nothing but failures for three days. */
const DISABLED_CAUSES = ['OPERATOR', 'FAILED', 'GONE'] as const;
export type DisabledCause = (typeof DISABLED_CAUSES)[number];

/** A receiver of orders' steps. Only the background's role may read the table, because of the secrets. */
@Entity('event_subscriptions')
@Check(
  'event_subscriptions_disabled_check',
  `is_enabled = (disabled_at is null) and is_enabled = (disabled_cause is null)`,
)
@Check('event_subscriptions_cause_check', `disabled_cause in (${literals(DISABLED_CAUSES)})`)
export class EventSubscription {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'event_subscriptions_pkey' })
  id!: string;

  /** null for the orders of every organization. */
  @Column({ name: 'organization_id', type: 'text', nullable: true })
  organizationId!: string | null;

  @Column({ type: 'text' })
  url!: string;

  /** `whsec_…`: signs the deliveries. */
  @Column({ type: 'text', select: false })
  secret!: string;

  /** The secret before the last rotation, which signs too until `previousSecretUntil`. */
  @Column({ name: 'previous_secret', type: 'text', nullable: true, select: false })
  previousSecret!: string | null;

  @Column({ name: 'previous_secret_until', type: 'timestamptz', precision: 3, nullable: true })
  previousSecretUntil!: Date | null;

  /** The types to send; empty for all. */
  @Column({ type: 'text', array: true })
  types!: string[];

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'is_enabled', type: 'boolean', default: true })
  isEnabled!: boolean;

  @Column({ name: 'disabled_at', type: 'timestamptz', precision: 3, nullable: true })
  disabledAt!: Date | null;

  @Column({ name: 'disabled_cause', type: 'text', nullable: true })
  disabledCause!: DisabledCause | null;

  @Column({ name: 'disabled_reason', type: 'text', nullable: true })
  disabledReason!: string | null;

  /** The first failure since the last success. */
  @Column({ name: 'failing_since', type: 'timestamptz', precision: 3, nullable: true })
  failingSince!: Date | null;

  /** Without any text of the receiver. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  /** The last success, to the minute. */
  @Column({ name: 'delivered_at', type: 'timestamptz', precision: 3, nullable: true })
  deliveredAt!: Date | null;
}
