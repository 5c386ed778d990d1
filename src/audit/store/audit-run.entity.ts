import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** The scope of an audit: everything, or the changes since the last run. */
export type AuditScope = 'whole' | 'changed';

/** The result of an audit, by the nightly job or by an operator. */
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

  /** Violations by check, for every check that ran. */
  @Column({ type: 'jsonb' })
  violations!: Record<string, number>;

  @Column({ type: 'text', default: 'whole' })
  scope!: AuditScope;

  /** The last timeline step that the audit saw together with all its rows; null if there was none yet. */
  @Column({ name: 'last_step', type: 'bigint', nullable: true })
  lastStep!: string | null;
}
