import { z } from 'zod';
import { parseInstant } from '../../kernel/instant.ts';
import { isLabel } from '../../kernel/label.ts';
import { type Rupiah, toJsonNumber } from '../../kernel/money.ts';
import type { Neighbour } from '../http.ts';
import { UpstreamError } from '../upstream-error.ts';

export interface MekariPayInvoice {
  id: string;
  /** Our order number. */
  externalId: string;
  status: 'pending' | 'paid' | 'expired' | 'void';
  amount: Rupiah;
  currency: string;
  /** undefined if the provider sent no URL, or one that a browser must not follow. */
  paymentUrl: string | undefined;
  paidAmount: Rupiah | undefined;
  /** The currency of the payment, which may differ from the invoice's. */
  paidCurrency: string | undefined;
  paidAt: Date | undefined;
}

interface NewInvoice {
  orderNumber: string;
  amount: Rupiah;
  description: string;
  items: readonly { name: string; quantity: bigint; unitPrice: Rupiah; amount: Rupiah }[];
  customer: { organizationId: string; name: string };
  returnUrl: string;
  expiresAt: Date;
}

const rupiah = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && value >= 0, { error: 'is not whole rupiah' })
  .transform(BigInt);

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is not an instant' });
  return z.NEVER;
});

/** Accepts a text that we may store, or put into a path. */
const label = (maxLength: number) => z.string().refine((text) => isLabel(text, maxLength), { error: 'is not a label' });

/** Requires a paid amount of a paid invoice: without it the payment would match no total. */
export const invoice = z
  .object({
    id: label(200),
    external_id: z.string(),
    status: z.enum(['pending', 'paid', 'expired', 'void']),
    amount: rupiah,
    currency: label(10),
    payment_url: z.string().nullish().catch(undefined),
    paid_amount: rupiah.nullish(),
    paid_currency: label(10).nullish(),
    paid_at: instant.nullish(),
  })
  .refine((row) => row.status !== 'paid' || (row.paid_amount ?? undefined) !== undefined, {
    path: ['paid_amount'],
    error: 'is missing from a paid invoice',
  })
  .transform(
    (row): MekariPayInvoice => ({
      id: row.id,
      externalId: row.external_id,
      status: row.status,
      amount: row.amount,
      currency: row.currency,
      paymentUrl: row.payment_url ?? undefined,
      paidAmount: row.paid_amount ?? undefined,
      paidCurrency: row.paid_currency ?? undefined,
      paidAt: row.paid_at ?? undefined,
    }),
  );

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
      const body = {
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
      const idempotencyKey = `invoice:${order.orderNumber}`;
      const schema = onlyInvoice(({ externalId }) => externalId === order.orderNumber);
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
      return data.filter((row) => row.externalId === orderNumber).map(withSafeUrl);
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
