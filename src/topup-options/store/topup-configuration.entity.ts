import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import { bigintColumn } from '../../platform/database/columns.ts';
import type { CatalogueQuotaType } from '../rules/pricing.ts';

/** One thing that can be topped up: catalogue data, changed by operators, never by code (domain.md 3). */
@Entity('topup_configurations')
@Unique('topup_configurations_code_key', ['code'])
// Two rows that own one excess would charge it twice.
@Unique('topup_configurations_excess_key_key', ['excessKey'], { deferrable: 'INITIALLY DEFERRED' })
@Check('topup_configurations_quota_type_check', `quota_type in ('lifetime', 'monthly', 'contract')`)
@Check('topup_configurations_base_price_check', `base_price is null or base_price >= 0`)
@Check('topup_configurations_fixed_cost_check', `not is_fixed_cost or coalesce(base_price, 0) > 0`)
@Check('topup_configurations_package_check', `is_fixed_cost or package_id is not null`)
export class TopupConfiguration {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'topup_configurations_pkey' })
  id!: string;

  /** The quota code: which counter is credited. */
  @Column({ type: 'text' })
  code!: string;

  /** A template: may hold {{mekari_billing}}. */
  @Column({ type: 'text' })
  label!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ name: 'package_id', type: 'text', nullable: true })
  packageId!: string | null;

  @Column({ name: 'package_code', type: 'text', nullable: true })
  packageCode!: string | null;

  /** How the buyer chooses; read by option-value.ts, which may refuse it. */
  @Column({ name: 'option_value', type: 'jsonb' })
  optionValue!: unknown;

  @Column({ name: 'quota_type', type: 'text' })
  quotaType!: CatalogueQuotaType;

  @Column({ name: 'billing_version_for_pi', type: 'text' })
  billingVersionForPi!: string;

  /** Rupiah per unit. Only ever used where is_fixed_cost. */
  @Column({ name: 'base_price', type: 'bigint', nullable: true, transformer: bigintColumn })
  basePrice!: Rupiah | null;

  @Column({ name: 'is_fixed_cost', type: 'boolean' })
  isFixedCost!: boolean;

  @Column({ name: 'show_by_component', type: 'jsonb', default: () => `'[]'` })
  showByComponent!: string[];

  @Column({ name: 'hide_by_component', type: 'jsonb', default: () => `'[]'` })
  hideByComponent!: string[];

  @Column({ name: 'feature_flag', type: 'text', nullable: true })
  featureFlag!: string | null;

  /** Under which key hub-core reports what is owed for this quota. */
  @Column({ name: 'excess_key', type: 'text', nullable: true })
  excessKey!: string | null;

  /** Prices the excess; without it the excess is rupiah already. */
  @Column({ name: 'excess_package_id', type: 'text', nullable: true })
  excessPackageId!: string | null;

  @Column({ name: 'excess_package_code', type: 'text', nullable: true })
  excessPackageCode!: string | null;

  @Column({ type: 'integer' })
  position!: number;

  @Column({ type: 'boolean' })
  active!: boolean;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}
