import { z } from 'zod';
import { type Amount, parseAmount } from '../../kernel/amount.ts';
import { type Rupiah, toJsonNumber } from '../../kernel/money.ts';
import type { Neighbour } from '../http.ts';
import { UpstreamError } from '../upstream-error.ts';
import { instant, label } from './wire.ts';

export interface MekariPayInvoice {
  id: string;
  /** Our order number; undefined if the answer does not repeat it. */
  externalId: string | undefined;
  status: (typeof INVOICE_STATUSES)[number];
  /** undefined if the answer does not repeat it. */
  amount: Amount | undefined;
  /** undefined if the provider sent no URL, or one that a browser must not follow. */
  paymentUrl: string | undefined;
  /** The sum that came in so far, which a refund does not lower; null if nothing came in. */
  paid: Amount | null;
  refunded: Rupiah;
  /** The time of the latest payment; undefined if the provider gives none. */
  paidAt: Date | 'unreadable' | undefined;
  paymentMethod: string | null;
  /** The deadline; undefined if the provider gives none. */
  expiresAt: Date | 'unreadable' | undefined;
}

const INVOICE_STATUSES = ['pending', 'partially_paid', 'paid', 'expired', 'void', 'refunded'] as const;
/** Such an invoice must give its paid amount: the amount that it asks for never stands for it. */
const TELLS_PAID_AMOUNT: ReadonlySet<string> = new Set(['partially_paid', 'paid', 'refunded']);

/** Such an invoice contradicts itself if its paid amount is 0, and must not count as unpaid. */
const SAYS_PAID: ReadonlySet<string> = new Set(['partially_paid', 'paid']);

const isAbsent = (value: unknown) => value === undefined || value === null;

interface NewInvoice {
  orderNumber: string;
  amount: Rupiah;
  description: string;
  items: readonly { name: string; quantity: bigint; unitPrice: Rupiah; amount: Rupiah }[];
  customer: { organizationId: string; name: string };
  returnUrl: string;
  expiresAt: Date;
}

/**
 * Mekari Pay's times without an offset are Jakarta's. A deadline that cannot be read is ignored and noted by those who use it. An
 * answer need not repeat our number, amount and currency (contracts.md 3); without a currency its sums are rupiah, as we asked.
 */
export const invoice = z
  .object({
    id: label(200),
    external_id: z.string().nullish(),
    status: z.enum(INVOICE_STATUSES),
    amount: z.unknown().optional(),
    currency: label(10).nullish(),
    payment_url: z.string().nullish().catch(undefined),
    paid_amount: z.unknown().optional(),
    paid_currency: label(10).nullish(),
    refunded_amount: z.unknown().optional(),
    // A payment counts even if its time cannot be read.
    paid_at: z.union([instant.nullish(), z.unknown().transform(() => 'unreadable' as const)]),
    payment_method: label(200).nullish().catch(undefined),
    payments: z
      .array(z.object({ method: label(200).nullish() }))
      .nullish()
      .catch(undefined),
    expires_at: z.union([instant.nullish(), z.unknown().transform(() => 'unreadable' as const)]),
  })
  .transform((row, context): MekariPayInvoice => {
    const refuse = (member: string, message: string) => {
      context.addIssue({ code: 'custom', path: [member], message });
      return z.NEVER;
    };
    const askedIn = row.currency ?? 'IDR';
    const asked = isAbsent(row.amount) ? null : parseAmount(row.amount, askedIn);
    if (asked === undefined) return refuse('amount', 'is not an amount, or has a fraction of a rupiah');
    const currency = row.paid_currency ?? askedIn;
    const paid = isAbsent(row.paid_amount) ? null : parseAmount(row.paid_amount, currency);
    if (paid === undefined) return refuse('paid_amount', 'is not an amount, or has a fraction of a rupiah');
    if (paid === null && TELLS_PAID_AMOUNT.has(row.status))
      return refuse('paid_amount', `is missing from an invoice that is ${row.status}`);
    if (paid?.text === '0' && SAYS_PAID.has(row.status))
      return refuse('paid_amount', `is 0 in an invoice that is ${row.status}`);
    const given = isAbsent(row.refunded_amount) ? null : parseAmount(row.refunded_amount, currency);
    if (given === undefined) return refuse('refunded_amount', 'is not an amount, or has a fraction of a rupiah');
    // An invoice that is refunded and names no sum, or none above zero, was refunded as a whole.
    const whole = row.status === 'refunded' ? (paid?.rupiah ?? 0n) : 0n;
    return {
      id: row.id,
      externalId: row.external_id ?? undefined,
      status: row.status,
      amount: asked ?? undefined,
      paymentUrl: row.payment_url ?? undefined,
      paid: paid?.text === '0' ? null : paid,
      refunded: given?.rupiah || whole,
      paidAt: row.paid_at ?? undefined,
      paymentMethod: row.payments?.at(-1)?.method ?? row.payment_method ?? null,
      expiresAt: row.expires_at ?? undefined,
    };
  });

/** Holds for an invoice that names our number, and for one that names none: we asked for it by that number. */
const isOf =
  (orderNumber: string) =>
  ({ externalId }: MekariPayInvoice) =>
    externalId === undefined || externalId === orderNumber;
/** Rejects another order's invoice, whose page or payment must not pass for this one's. */
const onlyInvoice = (matches: (row: MekariPayInvoice) => boolean) =>
  z.object({ data: invoice.refine(matches, { error: 'is another invoice' }) });
const invoiceList = z.object({ data: z.array(invoice) });

/** Every call concerns an order in progress, and no page view waits for it. */
const urgent = true;

/**
 * Filters payment URLs. A URL that is not allowed is dropped and reported; its invoice stays visible, so that no
 * payment is missed.
 */
export interface PaymentUrls {
  isAllowed: (url: string) => boolean;
  onRefused?: (url: string) => void;
}

function toBody(order: NewInvoice) {
  return {
    external_id: order.orderNumber,
    amount: toJsonNumber(order.amount),
    currency: 'IDR',
    description: order.description,
    items: order.items.map((item) => ({
      name: item.name,
      quantity: toJsonNumber(item.quantity),
      unit_price: toJsonNumber(item.unitPrice),
      amount: toJsonNumber(item.amount),
    })),
    customer: { id: order.customer.organizationId, name: order.customer.name },
    return_url: order.returnUrl,
    expires_at: order.expiresAt.toISOString(),
  };
}

/** Reads and writes invoices at Mekari Pay. Every call throws UpstreamError. */
export function createInvoices(neighbour: Neighbour, urls: PaymentUrls) {
  function withSafeUrl(row: MekariPayInvoice): MekariPayInvoice {
    if (row.paymentUrl === undefined || urls.isAllowed(row.paymentUrl)) return row;
    if (row.status === 'pending') urls.onRefused?.(row.paymentUrl);
    return { ...row, paymentUrl: undefined };
  }

  return {
    /** Idempotent: the same order number always returns the same invoice. */
    async createInvoice(order: NewInvoice): Promise<MekariPayInvoice> {
      const idempotencyKey = `invoice:${order.orderNumber}`;
      const schema = onlyInvoice(isOf(order.orderNumber));
      const body = toBody(order);
      const { data } = await neighbour.post({ path: '/api/v1/invoices', urgent, body, idempotencyKey, schema });
      return withSafeUrl(data);
    },
    async invoice(id: string): Promise<MekariPayInvoice> {
      const path = `/api/v1/invoices/${encodeURIComponent(id)}`;
      const schema = onlyInvoice((row) => row.id === id);
      return withSafeUrl((await neighbour.get({ path, urgent, route: '/api/v1/invoices/{id}', schema })).data);
    },
    /** Returns the invoices with our order number: one, or none if the creation never reached Mekari Pay. */
    async invoicesOfOrder(orderNumber: string): Promise<MekariPayInvoice[]> {
      const path = `/api/v1/invoices?external_id=${encodeURIComponent(orderNumber)}`;
      const { data } = await neighbour.get({ path, urgent, schema: invoiceList });
      return data.filter(isOf(orderNumber)).map(withSafeUrl);
    },
    /** Returns "paid" if the invoice could not be voided because it is paid. */
    async voidInvoice(id: string, orderNumber: string): Promise<'voided' | 'paid'> {
      try {
        await neighbour.post({
          path: `/api/v1/invoices/${encodeURIComponent(id)}/void`,
          route: '/api/v1/invoices/{id}/void',
          urgent,
          body: {},
          idempotencyKey: `void:${orderNumber}:${id}`,
          mayBeEmpty: true,
          schema: z.unknown(),
        });
        return 'voided';
      } catch (error) {
        if (error instanceof UpstreamError && error.status === 409) return 'paid';
        throw error;
      }
    },
  };
}
