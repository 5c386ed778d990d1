import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import type { Translations } from '../../kernel/translated.ts';
import { bigintColumn } from '../../platform/database/columns.ts';
import type { CatalogueQuotaType } from '../../topup-options/index.ts';
import type { LineTax } from '../rules/order-taxes.ts';
import type { LineKind, QuoteLine } from '../rules/quote.ts';

/** A line of an order, frozen with the quote (rules/quote.ts). */
@Entity('topup_order_lines')
@Unique('topup_order_lines_position_key', ['orderId', 'position'])
@Check('topup_order_lines_kind_check', `kind in ('TOPUP', 'EXCESS')`)
@Check('topup_order_lines_amount_check', `quantity > 0 and unit_price > 0 and amount = quantity * unit_price`)
@Check('topup_order_lines_credits_check', `credits = case kind when 'TOPUP' then quantity * multiplier else 0 end`)
@Check(
  'topup_order_lines_taxes_check',
  `added_tax >= 0 and withheld >= 0 and included_tax >= 0 and included_tax <= amount and withheld <= amount - included_tax`,
)
@Check('topup_order_lines_multiplier_check', `multiplier > 0`)
@Check('topup_order_lines_period_check', `period_end is null or period_start is null or period_end >= period_start`)
@Check('topup_order_lines_excess_check', `(kind = 'EXCESS') = (excess_period is not null)`)
export class TopupOrderLine implements QuoteLine {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'topup_order_lines_pkey' })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'topup_order_lines_order_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ type: 'integer' })
  position!: number;

  @Column({ type: 'text' })
  kind!: LineKind;

  @Column({ name: 'quota_code', type: 'text' })
  quotaCode!: string;

  @Column({ type: 'text' })
  label!: string;

  @Column({ name: 'label_translations', type: 'jsonb', nullable: true })
  labelTranslations!: Translations | null;

  @Column({ name: 'package_id', type: 'text', nullable: true })
  packageId!: string | null;

  @Column({ name: 'package_code', type: 'text', nullable: true })
  packageCode!: string | null;

  @Column({ name: 'quota_type', type: 'text' })
  quotaType!: CatalogueQuotaType;

  @Column({ name: 'billing_version_for_pi', type: 'text' })
  billingVersionForPi!: string;

  /** Units ordered; rupiah for an AMOUNT. */
  @Column({ type: 'bigint', transformer: bigintColumn })
  quantity!: bigint;

  @Column({ type: 'bigint', transformer: bigintColumn })
  multiplier!: bigint;

  /** Units that the quota rises by. */
  @Column({ type: 'bigint', transformer: bigintColumn })
  credits!: bigint;

  @Column({ name: 'unit_price', type: 'bigint', transformer: bigintColumn })
  unitPrice!: Rupiah;

  @Column({ type: 'bigint', transformer: bigintColumn })
  amount!: Rupiah;

  /** The taxes with their amounts, as they were when the line was quoted. */
  @Column({ type: 'jsonb', default: () => `'[]'` })
  taxes!: readonly LineTax[];

  @Column({ name: 'included_tax', type: 'bigint', default: 0, transformer: bigintColumn })
  includedTax!: Rupiah;

  @Column({ name: 'added_tax', type: 'bigint', default: 0, transformer: bigintColumn })
  addedTax!: Rupiah;

  @Column({ type: 'bigint', default: 0, transformer: bigintColumn })
  withheld!: Rupiah;

  /** hub-core's billing period of the settled excess. */
  @Column({ name: 'excess_period', type: 'text', nullable: true })
  excessPeriod!: string | null;

  /** Dates in Asia/Jakarta, YYYY-MM-DD. */
  @Column({ name: 'period_start', type: 'date', nullable: true })
  periodStart!: string | null;

  @Column({ name: 'period_end', type: 'date', nullable: true })
  periodEnd!: string | null;
}
