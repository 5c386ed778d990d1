import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What an audit found: the nightly one's, and one that an operator ran. */
@Entity('audit_runs')
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
}
