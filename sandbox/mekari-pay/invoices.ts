import { randomUUID } from 'node:crypto';
import { type Clock, parseTimestamp, toTimestamp } from '../clock.ts';
import { canonical } from '../json.ts';
import { Refusal } from '../server/reply.ts';
import { hasMoney, type Payment } from './invoice-money.ts';
import type { InvoiceRequest } from './invoice-request.ts';
import type { Terms } from './terms.ts';

export interface Invoice extends InvoiceRequest {
  id: string;
  status: 'pending' | 'partially_paid' | 'paid' | 'expired' | 'void' | 'refunded';
  payment_url: string;
  created_at: string;
  /** The last change, by which the list by time is ordered. */
  updated_at: string;
  /** The sum of the payments, which may differ from the amount; null until there is one. A refund does not lower it. */
  paid_amount: number | null;
  paid_currency: string | null;
  refunded_amount: number;
  /** The time of the last payment. */
  paid_at: string | null;
  payment_method: string | null;
  payments: Payment[];
}

/** All invoices, in order of creation. Returns live objects, which callers copy before they pass them on. */
export interface Invoices {
  /** Lost ones included. */
  all(): Invoice[];
  byExternalId(externalId: string): Invoice[];
  /** Throws a Refusal (404), also for a lost one. */
  byId(id: string): Invoice;
  /** Finds an invoice by id, or the newest with that external id, lost ones included. Throws a Refusal (404). */
  find(idOrExternalId: string): Invoice;
  /**
   * Returns the same invoice for the same key, and refuses (422) other content. Another key creates another invoice, also for
   * the same external id, as a real provider does, unless the terms allow only one (409).
   */
  create(request: InvoiceRequest, idempotencyKey: string): { invoice: Invoice; isNew: boolean };
  /** Voids an invoice. Refuses (409) one for which money came in, and does nothing for a void one. */
  void(invoice: Invoice): Invoice;
  /** Applies a change and notes its time. */
  change(invoice: Invoice, apply: (invoice: Invoice) => void): Invoice;
  /** Hides an invoice from the interface, as if the provider had never made it. */
  lose(invoice: Invoice): void;
  restore(invoice: Invoice): void;
  isLost(invoice: Invoice): boolean;
  clear(): void;
}

const notFound = (id: string) => new Refusal(404, 'invoice_not_found', `there is no invoice ${id}`);

export function createInvoices(clock: Clock, terms: Terms, paymentUrl: (id: string) => string): Invoices {
  const invoices = new Map<string, Invoice>();
  const idsByExternalId = new Map<string, string[]>();
  const created = new Map<string, { content: string; id: string }>();
  const lost = new Set<string>();

  /** Expires invoices at each read instead of by a timer, so that a test may move the clock. */
  function current(invoice: Invoice): Invoice {
    const isOpen = invoice.status === 'pending' || invoice.status === 'partially_paid';
    if (isOpen && (parseTimestamp(invoice.expires_at) ?? Number.POSITIVE_INFINITY) <= clock().getTime()) {
      invoice.status = 'expired';
      invoice.updated_at = invoice.expires_at;
    }
    return invoice;
  }

  const withExternalId = (externalId: string) => (idsByExternalId.get(externalId) ?? []).map(anyById);
  const isLost = ({ id }: Invoice) => lost.has(id);

  function anyById(id: string): Invoice {
    const invoice = invoices.get(id);
    if (invoice === undefined) throw notFound(id);
    return current(invoice);
  }

  function change(invoice: Invoice, apply: (invoice: Invoice) => void): Invoice {
    apply(invoice);
    invoice.updated_at = clock().toISOString();
    return invoice;
  }

  function add(request: InvoiceRequest): Invoice {
    const id = `inv_${randomUUID().replaceAll('-', '')}`;
    const now = clock();
    const deadline = terms.deadline(parseTimestamp(request.expires_at) ?? 0, now.getTime());
    const invoice = unpaidInvoice(id, request, { paymentUrl: paymentUrl(id), now, deadline });
    invoices.set(id, invoice);
    idsByExternalId.set(request.external_id, [...(idsByExternalId.get(request.external_id) ?? []), id]);
    return invoice;
  }

  return {
    all: () => [...invoices.values()].map(current),
    change,
    byExternalId: (externalId) => withExternalId(externalId).filter((invoice) => !isLost(invoice)),
    byId(id) {
      if (lost.has(id)) throw notFound(id);
      return anyById(id);
    },
    find: (reference) => withExternalId(reference).at(-1) ?? anyById(reference),
    create(request, idempotencyKey) {
      const content = canonical(request);
      const earlier = created.get(idempotencyKey);
      if (earlier !== undefined && earlier.content !== content) {
        throw new Refusal(422, 'idempotency_key_reused', 'X-Idempotency-Key was used with another body');
      }
      if (earlier !== undefined) return { invoice: anyById(earlier.id), isNew: false };
      terms.check(request, withExternalId(request.external_id).length);
      const invoice = add(request);
      created.set(idempotencyKey, { content, id: invoice.id });
      return { invoice, isNew: true };
    },
    void(invoice) {
      if (hasMoney(invoice)) {
        const code = invoice.status === 'partially_paid' ? 'invoice_partially_paid' : 'invoice_paid';
        throw new Refusal(409, code, 'an invoice for which money came in cannot be voided', [], { data: invoice });
      }
      if (invoice.status === 'void') return invoice;
      return change(invoice, (open) => {
        open.status = 'void';
      });
    },
    lose: ({ id }) => void lost.add(id),
    restore: ({ id }) => void lost.delete(id),
    isLost,
    clear() {
      for (const collection of [invoices, idsByExternalId, created, lost]) collection.clear();
    },
  };
}

function unpaidInvoice(
  id: string,
  request: InvoiceRequest,
  { paymentUrl, now, deadline }: { paymentUrl: string; now: Date; deadline: number },
): Invoice {
  return {
    id,
    ...request,
    status: 'pending',
    payment_url: paymentUrl,
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
    expires_at: toTimestamp(deadline),
    paid_amount: null,
    paid_currency: null,
    refunded_amount: 0,
    paid_at: null,
    payment_method: null,
    payments: [],
  };
}
