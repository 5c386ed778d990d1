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
  /** undefined where there is none that a browser may be sent to. */
  paymentUrl: string | undefined;
  paidAmount: Rupiah | undefined;
  /** Of what was paid, which need not be the invoice's. */
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

/** What is stored, or is part of a path. */
const label = (maxLength: number) => z.string().refine((text) => isLabel(text, maxLength), { error: 'is not a label' });

/** A paid one must say how much was paid: an amount that nobody named agrees with nothing. */
const invoice = z
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

/** Another order's page, or its payment, must not pass for this one's. */
const one = (isIt: (row: MekariPayInvoice) => boolean) =>
  z.object({ data: invoice.refine(isIt, { error: 'is another invoice' }) });
const many = z.object({ data: z.array(invoice) });

/** All of it is about orders under way: nothing of a page waits for it. */
const urgent = true;

/** A payment URL that is not to be passed on must not keep a payment from being seen: it is dropped, and told of. */
export interface PaymentUrls {
  isAllowed: (url: string) => boolean;
  onRefused?: (url: string) => void;
}

/** Invoices at Mekari Pay. Every call throws UpstreamError. */
export function createInvoices(neighbour: Neighbour, urls: PaymentUrls) {
  function withSafeUrl(given: MekariPayInvoice): MekariPayInvoice {
    if (given.paymentUrl === undefined || urls.isAllowed(given.paymentUrl)) return given;
    if (given.status === 'pending') urls.onRefused?.(given.paymentUrl);
    return { ...given, paymentUrl: undefined };
  }

  return {
    /** The same order number answers the same invoice, however often it is asked. */
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
      const schema = one(({ externalId }) => externalId === order.orderNumber);
      const { data } = await neighbour.post({ path: '/api/v1/invoices', urgent, body, idempotencyKey, schema });
      return withSafeUrl(data);
    },
    async invoice(id: string): Promise<MekariPayInvoice> {
      const path = `/api/v1/invoices/${encodeURIComponent(id)}`;
      const schema = one((row) => row.id === id);
      return withSafeUrl((await neighbour.get({ path, urgent, route: '/api/v1/invoices/{id}', schema })).data);
    },
    /** The invoices that carry our order number: one, or none where the creation never reached Mekari Pay. */
    async invoicesOfOrder(orderNumber: string): Promise<MekariPayInvoice[]> {
      const path = `/api/v1/invoices?external_id=${encodeURIComponent(orderNumber)}`;
      const { data } = await neighbour.get({ path, urgent, schema: many });
      return data.filter((row) => row.externalId === orderNumber).map(withSafeUrl);
    },
    /** "paid": it could not be voided, because it is paid. */
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
