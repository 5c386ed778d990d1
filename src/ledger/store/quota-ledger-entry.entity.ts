import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { bigintColumn } from '../../platform/database/columns.ts';

export type LedgerKind = 'TOPUP' | 'EXCESS_SETTLEMENT' | 'REFUND';

/**
 * A credit, settlement or refund of one order line. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. The
 * unique constraint on line and kind makes a credit happen exactly once (domain.md 9).
 */
@Entity('quota_ledger_entries')
@Unique('quota_ledger_entries_line_kind_key', ['orderLineId', 'kind'])
// Index-only scans answer both questions: the settled excess of an organization, and the expected values of its
// counters.
@Index('quota_ledger_entries_settlements_idx', ['organizationId', 'quotaCode', 'period', 'quantity'], {
  where: `kind = 'EXCESS_SETTLEMENT'`,
})
@Index('quota_ledger_entries_counters_idx', ['organizationId', 'quotaCode', 'kind', 'quantity'])
// A page of one quota, newest first.
@Index('quota_ledger_entries_page_idx', ['organizationId', 'quotaCode', 'createdAt', 'id'])
@Check('quota_ledger_entries_filled_check', 'balance_after is not null')
@Check('quota_ledger_entries_kind_check', `kind in ('TOPUP', 'EXCESS_SETTLEMENT', 'REFUND')`)
@Check('quota_ledger_entries_quantity_check', `quantity <> 0 and (kind = 'REFUND') = (quantity < 0)`)
@Check('quota_ledger_entries_period_check', `(kind = 'EXCESS_SETTLEMENT') = (period is not null)`)
export class QuotaLedgerEntry {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'quota_ledger_entries_pkey' })
  id!: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId!: string;

  @ForeignKey('TopupOrderLine', { name: 'quota_ledger_entries_line_fkey' })
  @Column({ name: 'order_line_id', type: 'uuid' })
  orderLineId!: string;

  @Column({ name: 'quota_code', type: 'text' })
  quotaCode!: string;

  @Column({ type: 'text' })
  kind!: LedgerKind;

  /** Units of the quota: visitors, seats, dialogs, rupiah of balance. Negative for a refund. */
  @Column({ type: 'bigint', transformer: bigintColumn })
  quantity!: bigint;

  /** hub-core's billing period; only a settlement has one. */
  @Column({ type: 'text', nullable: true })
  period!: string | null;

  /**
   * The quota's balance after this entry; a settlement leaves it as it was. The trigger that moves the counter sets it, under the
   * counter's row lock.
   */
  @Column({
    name: 'balance_after',
    type: 'bigint',
    nullable: true,
    transformer: bigintColumn,
    insert: false,
    update: false,
  })
  balanceAfter!: bigint;

  /** The trigger moves it behind the quota's last entry, so that the order by time is the order of the balances. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
