import type { Decimal, Money } from '../money.ts';

/** The part of the graph that this page reads. */
export type IneligibilityReason =
  | 'PAGE_FLAG_OFF'
  | 'ORDER_FLAG_OFF'
  | 'ORGANIZATION_NOT_ENROLLED'
  | 'BILLING_VERSION_UNSUPPORTED';

export interface Eligibility {
  newPageEnabled: boolean;
  orderingEnabled: boolean;
  reasons: IneligibilityReason[];
}

export interface QuotaBalance {
  code: string;
  balance: Decimal;
}

/** Another order, to be linked to. */
export interface OtherOrder {
  id: string;
  number: string;
}

export interface ExcessUsage {
  id: string;
  code: string;
  label: string;
  period: string;
  quantity: Decimal;
  unitPrice: Money;
  amount: Money;
  claimedBy: OtherOrder | null;
}

export interface TopupChoice {
  quantity: Decimal;
  credits: Decimal;
  price: Money;
}

export interface TopupOption {
  id: string;
  code: string;
  label: string;
  description: string | null;
  input: 'AMOUNT' | 'CHOICE' | 'QUANTITY';
  minimum: Decimal;
  maximum: Decimal | null;
  step: Decimal;
  multiplier: number;
  choices: TopupChoice[];
  unitPrice: Money;
  priceSource: 'FIXED' | 'MEKARI_BILLING';
  quotaType: 'LIFETIME' | 'MONTHLY' | 'CONTRACT';
  validUntil: string | null;
  excessUsage: ExcessUsage | null;
  balance: QuotaBalance | null;
}

export const ORDER_STATUSES = [
  'DRAFT',
  'PENDING_PAYMENT',
  'PAID',
  'COMPLETED',
  'PAYMENT_REVIEW',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderLine {
  id: string;
  kind: 'TOPUP' | 'EXCESS';
  code: string;
  label: string;
  quantity: Decimal;
  credits: Decimal;
  unitPrice: Money;
  amount: Money;
  periodStart: string | null;
  periodEnd: string | null;
}

export interface OrderEvent {
  at: string;
  from: OrderStatus | null;
  to: OrderStatus;
  /** Says more than the kind, of the causes that the page knows. */
  cause: string;
  /** The kinds may grow. */
  kind: string;
}

export interface OrderSummary {
  id: string;
  number: string;
  status: OrderStatus;
  total: Money;
  createdAt: string;
  paidInvoiceNumber: string | null;
}

export interface Order extends OrderSummary {
  lines: OrderLine[];
  topupTotal: Money;
  excessTotal: Money;
  quoteExpiresAt: string;
  paymentUrl: string | null;
  paymentExpiresAt: string | null;
  confirmedAt: string | null;
  paidAt: string | null;
  completedAt: string | null;
  receivedTotal: Money;
  outstanding: Money;
  /** Only an order under review has one. */
  reviewReason: 'UNDERPAID' | 'WRONG_CURRENCY' | 'UNREADABLE' | null;
  timeline: OrderEvent[];
}

export interface OrderItem {
  optionId: string;
  quantity: Decimal;
}

export interface UserError {
  code: string;
  message: string;
  field: string[] | null;
  suggestedQuantity: Decimal | null;
  retryable: boolean;
  order: OtherOrder | null;
}

export interface PriceChange {
  oldTotal: Money;
  newTotal: Money;
}
