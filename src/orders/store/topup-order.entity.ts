import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { OrganizationDetails } from '../../clients/hub-core.ts';
import type { Rupiah } from '../../kernel/money.ts';
import { bigintColumn } from '../../platform/database/columns.ts';
import { literals } from '../../platform/database/sql.ts';
import { APPROVAL_STATES, type ApprovalState } from '../rules/approval.ts';
import {
  AWAITS_PAYMENT,
  COMPLETED,
  CONFIRMED,
  CREDITED,
  GIVEN_UP,
  OPEN,
  type OrderStatus,
  QUOTED,
  REFUNDED,
  REVIEW_REASONS,
  type ReviewReason,
} from '../rules/order-state.ts';
import { WITHHOLDINGS, type Withholding } from '../rules/quote.ts';

/** A row of a report. JSON has no bigint, so the quantity is text. */
export interface StoredExcess {
  code: string;
  period: string;
  quantity: string;
}

/**
 * One purchase. Prices and totals are frozen with the quote. The status moves only along order-state.ts; a trigger
 * enforces it. topup_orders_page_idx serves an organization's page of orders, topup_orders_status_idx a page of some
 * statuses.
 */
@Entity('topup_orders')
@Unique('topup_orders_number_key', ['number'])
@Unique('topup_orders_payment_invoice_key', ['paymentProvider', 'paymentInvoiceId'])
@Index('topup_orders_page_idx', ['organizationId', 'createdAt', 'id'])
@Index('topup_orders_status_idx', ['organizationId', 'status', 'createdAt', 'id'])
@Index('topup_orders_late_turn_idx', ['paymentExpiresAt', 'organizationId', 'paymentCheckedAt', 'id'], {
  where: `status in (${literals(GIVEN_UP)}) and confirmed_at is not null`,
})
@Index('topup_orders_open_idx', ['status'], { where: `status in (${literals(OPEN)})` })
@Index('topup_orders_draft_idx', ['quoteExpiresAt'], { where: `status in (${literals(QUOTED)})` })
@Index('topup_orders_turn_idx', ['organizationId', 'paymentCheckedAt', 'id', 'paymentInvoiceId'], {
  where: `status in (${literals(AWAITS_PAYMENT)})`,
})
@Index('topup_orders_abandoned_idx', ['quoteExpiresAt'], {
  where: `status in (${literals(GIVEN_UP)}) and confirmed_at is null`,
})
@Index('topup_orders_slip_idx', ['paidAt', 'id'], {
  where: `withheld_total > 0 and withholding_slip_number is null and status in (${literals(CREDITED)})`,
})
@Check(
  'topup_orders_totals_check',
  `topup_total > 0 and excess_total >= 0 and total = topup_total + excess_total + added_tax
   and added_tax >= 0 and included_tax >= 0 and withheld_total >= 0 and withheld_total < total`,
)
@Check('topup_orders_withholding_check', `withholding in (${literals(WITHHOLDINGS)}) or withheld_total = 0`)
@Check(
  'topup_orders_slip_check',
  `(withholding_slip_number is null and withholding_slip_date is null and tax_invoice_number is null)
   or (withholding_slip_number is not null and withheld_total > 0 and paid_at is not null)`,
)
@Check(
  'topup_orders_confirmed_check',
  `status not in (${literals(CONFIRMED)})
   or (confirmed_at is not null and payment_expires_at is not null)`,
)
@Check('topup_orders_paid_check', `status not in (${literals(CREDITED)}) or paid_at is not null`)
@Check(
  'topup_orders_completed_check',
  `(completed_at is null) = (paid_invoice_number is null)
   and (status not in (${literals(COMPLETED)}) or completed_at is not null)
   and (completed_at is null or status in (${literals([...COMPLETED, ...REFUNDED])}))`,
)
@Check('topup_orders_approval_state_check', `approval_state in (${literals(APPROVAL_STATES)})`)
@Check(
  'topup_orders_approved_check',
  `confirmed_at is null or (approval_state is distinct from 'REJECTED'
   and (approval_limit is null or total <= approval_limit or approval_state is not distinct from 'APPROVED'))`,
)
@Check('topup_orders_review_reason_check', `review_reason in (${literals(REVIEW_REASONS)})`)
@Check('topup_orders_payment_url_check', `payment_url is null or payment_invoice_id is not null`)
export class TopupOrder {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'topup_orders_pkey' })
  id!: string;

  @Column({ type: 'text' })
  number!: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId!: string;

  /** The organization's name at creation, so that every retry sends the provider the same content. */
  @Column({ name: 'organization_name', type: 'text' })
  organizationName!: string;

  /** For documents, as hub-core gave it at creation; null in orders of a version before. Only documents read it. */
  @Column({ name: 'organization_details', type: 'jsonb', nullable: true, select: false })
  organizationDetails?: OrganizationDetails | null;

  /** The buyer's own number for this purchase, for documents. */
  @Column({ name: 'purchase_order_number', type: 'text', nullable: true })
  purchaseOrderNumber!: string | null;

  @Column({ type: 'text' })
  status!: OrderStatus;

  @Column({ name: 'topup_total', type: 'bigint', transformer: bigintColumn })
  topupTotal!: Rupiah;

  @Column({ name: 'excess_total', type: 'bigint', transformer: bigintColumn })
  excessTotal!: Rupiah;

  @Column({ type: 'bigint', transformer: bigintColumn })
  total!: Rupiah;

  /** VAT within the lines' amounts (rules/order-taxes.ts). */
  @Column({ name: 'included_tax', type: 'bigint', default: 0, transformer: bigintColumn })
  includedTax!: Rupiah;

  /** VAT on top of the lines' amounts. */
  @Column({ name: 'added_tax', type: 'bigint', default: 0, transformer: bigintColumn })
  addedTax!: Rupiah;

  /** The tax that the buyer declared to keep back; null without a declaration. */
  @Column({ type: 'text', nullable: true })
  withholding!: Withholding | null;

  @Column({ name: 'withheld_total', type: 'bigint', default: 0, transformer: bigintColumn })
  withheldTotal!: Rupiah;

  /** Identifies the slip that proves that the buyer paid the withheld tax to the state; null while it is awaited. */
  @Column({ name: 'withholding_slip_number', type: 'text', nullable: true, insert: false })
  withholdingSlipNumber!: string | null;

  /** The day on the slip. */
  @Column({ name: 'withholding_slip_date', type: 'date', nullable: true, insert: false })
  withholdingSlipDate!: string | null;

  /** The number of the tax invoice (faktur pajak) that the slip belongs to. */
  @Column({ name: 'tax_invoice_number', type: 'text', nullable: true, insert: false })
  taxInvoiceNumber!: string | null;

  @Column({ name: 'quote_expires_at', type: 'timestamptz', precision: 3 })
  quoteExpiresAt!: Date;

  /**
   * hub-core's report of the excess of the order's quotas at the quote, and at the confirm (rules/excess-growth.ts). Only a
   * confirm reads them.
   */
  @Column({ name: 'excess_at_quote', type: 'jsonb', nullable: true, select: false })
  excessAtQuote?: StoredExcess[] | null;

  @Column({ name: 'excess_at_confirm', type: 'jsonb', nullable: true, select: false, insert: false })
  excessAtConfirm?: StoredExcess[] | null;

  /** null unless the draft was submitted; a new quote takes it away. The timeline has the persons and their reasons. */
  @Column({ name: 'approval_state', type: 'text', nullable: true, insert: false })
  approvalState!: ApprovalState | null;

  /** The organization's limit at the confirm; null if it had none. Only the audit reads it. */
  @Column({
    name: 'approval_limit',
    type: 'bigint',
    nullable: true,
    select: false,
    insert: false,
    transformer: bigintColumn,
  })
  approvalLimit?: Rupiah | null;

  @Column({ name: 'confirmed_at', type: 'timestamptz', precision: 3, nullable: true })
  confirmedAt!: Date | null;

  @Column({ name: 'payment_expires_at', type: 'timestamptz', precision: 3, nullable: true })
  paymentExpiresAt!: Date | null;

  /** The provider that has the invoice. An order without an invoice has the database's default. */
  @Column({ name: 'payment_provider', type: 'text', default: 'mekari-pay', insert: false })
  paymentProvider!: string;

  /** The provider's id of the order's one invoice; null until we know it. */
  @Column({ name: 'payment_invoice_id', type: 'text', nullable: true, insert: false })
  paymentInvoiceId!: string | null;

  @Column({ name: 'payment_url', type: 'text', nullable: true, insert: false })
  paymentUrl!: string | null;

  /** Set when the order comes under review, and kept afterwards. */
  @Column({ name: 'review_reason', type: 'text', nullable: true, insert: false })
  reviewReason!: ReviewReason | null;

  /** The time of the last poll of the provider. The poll takes the least recently polled orders first. */
  @Column({ name: 'payment_checked_at', type: 'timestamptz', precision: 3, nullable: true, insert: false })
  paymentCheckedAt!: Date | null;

  @Column({ name: 'paid_at', type: 'timestamptz', precision: 3, nullable: true, insert: false })
  paidAt!: Date | null;

  @Column({ name: 'completed_at', type: 'timestamptz', precision: 3, nullable: true, insert: false })
  completedAt!: Date | null;

  /** The paid PI's number, from accounting. */
  @Column({ name: 'paid_invoice_number', type: 'text', nullable: true, insert: false })
  paidInvoiceNumber!: string | null;

  /** The correlation id of the creating request. The order's webhooks and jobs log it too. */
  @Column({ name: 'correlation_id', type: 'text' })
  correlationId!: string;

  /** The W3C traceparent of the creating span. Later steps join that trace. */
  @Column({ name: 'trace_parent', type: 'text', nullable: true })
  traceParent!: string | null;

  /** Set by triggers: it rises with each change that the graph shows, whatever the replicas' clocks say. */
  @Column({
    name: 'changed_at',
    type: 'timestamptz',
    precision: 3,
    default: () => 'now()',
    insert: false,
    update: false,
  })
  changedAt!: Date;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
