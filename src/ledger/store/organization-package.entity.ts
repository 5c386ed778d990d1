import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn } from '../../platform/database/columns.ts';

/**
 * An organization's counter of one quota. Only the ledger's trigger writes it, so it always equals the sum of the
 * entries: `balance` of kinds TOPUP and REFUND, `excess_settled` of kind EXCESS_SETTLEMENT.
 */
@Entity('organization_packages')
@Check('organization_packages_balance_check', `balance >= 0 and excess_settled >= 0`)
export class OrganizationPackage {
  @PrimaryColumn({ name: 'organization_id', type: 'text', primaryKeyConstraintName: 'organization_packages_pkey' })
  organizationId!: string;

  @PrimaryColumn({ name: 'quota_code', type: 'text', primaryKeyConstraintName: 'organization_packages_pkey' })
  quotaCode!: string;

  @Column({ type: 'bigint', transformer: bigintColumn })
  balance!: bigint;

  @Column({ name: 'excess_settled', type: 'bigint', transformer: bigintColumn })
  excessSettled!: bigint;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
