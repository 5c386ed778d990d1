import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** asked: before it is done. answered: after it. refused: the caller may not do that at all. */
export type Phase = 'asked' | 'answered' | 'refused';

/**
 * Who did what, when: a row before each action and one after it. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.
 * An action that was asked and never answered ended with its process; the order's timeline tells how far it came.
 */
@Entity('action_trail')
@Unique('action_trail_action_phase_key', ['actionId', 'phase'])
@Index('action_trail_subject_idx', ['subject'])
@Index('action_trail_at_idx', ['at'])
@Check('action_trail_phase_check', `phase in ('asked', 'answered', 'refused')`)
@Check('action_trail_via_check', `via in ('mutation', 'command')`)
@Check('action_trail_outcome_check', `(outcome is null) = (phase = 'asked')`)
@Check(
  'action_trail_length_check',
  `length(actor) between 1 and 255 and length(action) <= 100
    and length(subject) <= 300 and length(outcome) <= 300 and length(correlation_id) <= 64`,
)
export class ActionTrailEntry {
  /** In the order in which they were written. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'action_trail_pkey',
  })
  id!: string;

  /** The same for both rows of one action. */
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

  /** The caller's; null for a command, and for a caller who belongs to none. */
  @Column({ name: 'organization_id', type: 'text', nullable: true })
  organizationId!: string | null;

  /** Such as confirmOrder, or "orders approve". */
  @Column({ type: 'text' })
  action!: string;

  /** What it was done to: an order's id or number, flags, a file; null where that is not known yet, or was no id. */
  @Column({ type: 'text', nullable: true })
  subject!: string | null;

  /** ok, the codes of its refusal, or failed; null while it is only asked. */
  @Column({ type: 'text', nullable: true })
  outcome!: string | null;

  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;
}
