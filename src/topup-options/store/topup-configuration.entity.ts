import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import type { Translations } from '../../kernel/translated.ts';
import { bigintColumn } from '../../platform/database/columns.ts';
import type { CatalogueQuotaType } from '../rules/validity.ts';

/** A quota that can be topped up: catalogue data that operators change, never code (domain.md 3). */
@Entity('topup_configurations')
@Unique('topup_configurations_code_key', ['code'])
// Two rows with one excess key would charge it twice.
@Unique('topup_configurations_excess_key_key', ['excessKey'], { deferrable: 'INITIALLY DEFERRED' })
@Check('topup_configurations_quota_type_check', `quota_type in ('lifetime', 'monthly', 'contract')`)
@Check('topup_configurations_base_price_check', `base_price is null or base_price >= 0`)
@Check('topup_configurations_fixed_cost_check', `not is_fixed_cost or coalesce(base_price, 0) > 0`)
@Check('topup_configurations_package_check', `is_fixed_cost or package_id is not null`)
export class TopupConfiguration {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'topup_configurations_pkey' })
  id!: string;

  /** The code of the quota that a top-up credits. */
  @Column({ type: 'text' })
  code!: string;

  /** A template: may contain {{mekari_billing}}. */
  @Column({ type: 'text' })
  label!: string;

  /** The label in each language; null if it is one text for all. */
  @Column({ name: 'label_translations', type: 'jsonb', nullable: true })
  labelTranslations!: Translations | null;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ name: 'description_translations', type: 'jsonb', nullable: true })
  descriptionTranslations!: Translations | null;

  @Column({ name: 'package_id', type: 'text', nullable: true })
  packageId!: string | null;

  @Column({ name: 'package_code', type: 'text', nullable: true })
  packageCode!: string | null;

  /** The buyer's choice of a quantity: option-value.ts parses it and may refuse it. */
  @Column({ name: 'option_value', type: 'jsonb' })
  optionValue!: unknown;

  @Column({ name: 'quota_type', type: 'text' })
  quotaType!: CatalogueQuotaType;

  @Column({ name: 'billing_version_for_pi', type: 'text' })
  billingVersionForPi!: string;

  /** Rupiah per unit. Used only if is_fixed_cost. */
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

  /** taxes.ts parses them and may refuse them. */
  @Column({ type: 'jsonb', default: () => `'[]'` })
  taxes!: unknown;

  /** The key under which hub-core reports the excess of this quota. */
  @Column({ name: 'excess_key', type: 'text', nullable: true })
  excessKey!: string | null;

  /** The package that prices the excess; without one the excess is rupiah already. */
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
