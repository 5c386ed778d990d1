import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** asked: before the action runs. answered: after it. refused: the caller lacks the permission. */
export type Phase = 'asked' | 'answered' | 'refused';

/**
 * The trail of actions: one row before each action and one after it. Append-only: a trigger refuses UPDATE, DELETE and
 * TRUNCATE. An action without an `answered` row ended with its process; the order's timeline shows how far it got.
 */
@Entity('action_trail')
@Unique('action_trail_action_phase_key', ['actionId', 'phase'])
@Index('action_trail_subject_idx', ['subject'])
@Index('action_trail_at_idx', ['at'])
@Check('action_trail_phase_check', `phase in ('asked', 'answered', 'refused')`)
@Check('action_trail_via_check', `via in ('mutation', 'command')`)
@Check('action_trail_outcome_check', `(outcome is null) = (phase = 'asked')`)
@Check('action_trail_reason_check', `length(reason) <= 500`)
@Check(
  'action_trail_length_check',
  `length(actor) between 1 and 255 and length(action) <= 100
    and length(subject) <= 300 and length(outcome) <= 300 and length(correlation_id) <= 64`,
)
export class ActionTrailEntry {
  /** Ids follow the order of writing. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'action_trail_pkey',
  })
  id!: string;

  /** Both rows of one action share it. */
  @Column({ name: 'action_id', type: 'uuid' })
  actionId!: string;

  @Column({ type: 'text' })
  phase!: Phase;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  /** A token's subject, or an operator's name. */
  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  via!: 'mutation' | 'command';

  /** The caller's organization; null for a command, and for a caller without one. */
  @Column({ name: 'organization_id', type: 'text', nullable: true })
  organizationId!: string | null;

  /** A name such as confirmOrder or "orders approve". */
  @Column({ type: 'text' })
  action!: string;

  /** The target: an order's id or number, flags, a file; null if it is not known yet, or was not an id. */
  @Column({ type: 'text', nullable: true })
  subject!: string | null;

  /** The operator's own words, in the phase `asked` of a command that requires them; else null. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** "ok", the codes of the refusal, or "failed"; null in the phase `asked`. */
  @Column({ type: 'text', nullable: true })
  outcome!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;
}
