import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row per flag; a flag without a row is off. */
@Entity('feature_flags')
export class FeatureFlag {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feature_flags_pkey' })
  key!: string;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
