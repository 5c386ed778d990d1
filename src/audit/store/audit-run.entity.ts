import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Everything, or what changed since the run before. */
export type AuditScope = 'whole' | 'changed';

/** What an audit found: the nightly one's, and one that an operator ran. */
@Entity('audit_runs')
@Check('audit_runs_scope_check', `scope in ('whole', 'changed')`)
export class AuditRun {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_runs_pkey',
  })
  id!: string;

  @Column({ name: 'finished_at', type: 'timestamptz', precision: 3 })
  finishedAt!: Date;

  /** Violations by check, every check that was made. */
  @Column({ type: 'jsonb' })
  violations!: Record<string, number>;

  @Column({ type: 'text', default: 'whole' })
  scope!: AuditScope;

  /** The last step of any timeline that it is sure to have seen with all that belongs to it; null: it does not say. */
  @Column({ name: 'last_step', type: 'bigint', nullable: true })
  lastStep!: string | null;
}
