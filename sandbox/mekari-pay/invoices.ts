import { randomUUID } from 'node:crypto';
import { type Clock, parseTimestamp, toTimestamp } from '../clock.ts';
import { canonical } from '../json.ts';
import { Refusal } from '../server/reply.ts';
import type { InvoiceRequest } from './invoice-request.ts';

export interface Invoice extends InvoiceRequest {
  id: string;
  status: 'pending' | 'paid' | 'expired' | 'void';
  payment_url: string;
  created_at: string;
  /** The payment, which may differ from the amount; null until there is one. */
  paid_amount: number | null;
  paid_currency: string | null;
  paid_at: string | null;
  payment_method: string | null;
}

export interface Payment {
  amount: number;
  currency: string;
  paid_at: string;
  payment_method: string;
}

/** All invoices, in order of creation. Returns live objects, which callers copy before they pass them on. */
export interface Invoices {
  all(): Invoice[];
  byExternalId(externalId: string): Invoice[];
  /** Throws a Refusal (404). */
  byId(id: string): Invoice;
  /** Finds an invoice by id, or the newest with that external id. Throws a Refusal (404). */
  find(idOrExternalId: string): Invoice;
  /**
   * Returns the same invoice for the same key, and refuses (422) other content. Another key creates another invoice, also for
   * the same external id, as a real provider does.
   */
  create(request: InvoiceRequest, idempotencyKey: string): { invoice: Invoice; isNew: boolean };
  /** Voids an invoice. Refuses (409) a paid one, and does nothing for a void one. */
  void(id: string): Invoice;
  pay(invoice: Invoice, payment: Payment): void;
  expire(invoice: Invoice): void;
  clear(): void;
}

export function createInvoices(clock: Clock, paymentUrl: (id: string) => string): Invoices {
  const invoices = new Map<string, Invoice>();
  const idsByExternalId = new Map<string, string[]>();
  const created = new Map<string, { content: string; id: string }>();

  /** Expires invoices at each read instead of by a timer, so that a test may move the clock. */
  function current(invoice: Invoice): Invoice {
    const isPast = (parseTimestamp(invoice.expires_at) ?? 0) <= clock().getTime();
    if (invoice.status === 'pending' && isPast) invoice.status = 'expired';
    return invoice;
  }

  function byId(id: string): Invoice {
    const invoice = invoices.get(id);
    if (invoice === undefined) throw new Refusal(404, 'invoice_not_found', `there is no invoice ${id}`);
    return current(invoice);
  }

  function byExternalId(externalId: string): Invoice[] {
    return (idsByExternalId.get(externalId) ?? []).map(byId);
  }

  function add(request: InvoiceRequest): Invoice {
    const id = `inv_${randomUUID().replaceAll('-', '')}`;
    const invoice: Invoice = {
      id,
      ...request,
      status: 'pending',
      payment_url: paymentUrl(id),
      created_at: clock().toISOString(),
      expires_at: toTimestamp(parseTimestamp(request.expires_at) ?? 0),
      paid_amount: null,
      paid_currency: null,
      paid_at: null,
      payment_method: null,
    };
    invoices.set(id, invoice);
    idsByExternalId.set(request.external_id, [...(idsByExternalId.get(request.external_id) ?? []), id]);
    return invoice;
  }

  return {
    all: () => [...invoices.values()].map(current),
    byExternalId,
    byId,
    find: (reference) => byExternalId(reference).at(-1) ?? byId(reference),
    create(request, idempotencyKey) {
      const content = canonical(request);
      const earlier = created.get(idempotencyKey);
      if (earlier !== undefined && earlier.content !== content) {
        throw new Refusal(422, 'idempotency_key_reused', 'X-Idempotency-Key was used with another body');
      }
      if (earlier !== undefined) return { invoice: byId(earlier.id), isNew: false };
      const invoice = add(request);
      created.set(idempotencyKey, { content, id: invoice.id });
      return { invoice, isNew: true };
    },
    void(id) {
      const invoice = byId(id);
      if (invoice.status === 'paid') {
        throw new Refusal(409, 'invoice_paid', 'a paid invoice cannot be voided', [], { data: invoice });
      }
      invoice.status = 'void';
      return invoice;
    },
    pay(invoice, payment) {
      invoice.status = 'paid';
      invoice.paid_amount = payment.amount;
      invoice.paid_currency = payment.currency;
      invoice.paid_at = payment.paid_at;
      invoice.payment_method = payment.payment_method;
    },
    expire(invoice) {
      invoice.status = 'expired';
    },
    clear() {
      for (const map of [invoices, idsByExternalId, created]) map.clear();
    },
  };
}
