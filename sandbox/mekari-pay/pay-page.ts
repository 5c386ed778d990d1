import { parseTimestamp } from '../clock.ts';
import { page } from '../pages/layout.ts';
import { grouped, localTime, type Markup, markup, money } from '../pages/markup.ts';
import type { Reply } from '../server/reply.ts';
import type { Delivery } from './deliveries.ts';
import type { Invoice } from './invoices.ts';
import { payForms } from './pay-forms.ts';
import type { Attempt } from './post-webhook.ts';

const STATUS_LABELS: Record<Invoice['status'], string> = {
  pending: 'Menunggu pembayaran / Awaiting payment',
  partially_paid: 'Dibayar sebagian / Partially paid',
  paid: 'Lunas / Paid',
  expired: 'Kedaluwarsa / Expired',
  void: 'Dibatalkan / Void',
  refunded: 'Dikembalikan / Refunded',
};

function itemsTable(invoice: Invoice): Markup {
  const rows = invoice.items.map(
    (item) => markup`<tr><td>${item.name}</td><td class="number">${grouped(item.quantity)}</td>
<td class="number">${money(item.unit_price)}</td><td class="number">${money(item.amount)}</td></tr>`,
  );
  return markup`<table><thead><tr><th>Item</th><th class="number">Jumlah / Quantity</th>
<th class="number">Harga / Price</th><th class="number">Subtotal</th></tr></thead><tbody>${rows}</tbody>
<tfoot><tr><td colspan="3">Total</td><td class="number" data-total="${invoice.amount}">${money(invoice.amount)}</td></tr></tfoot></table>`;
}

/** Shows the deadline, or its text if it is not a time: the shorten switch takes any text. */
function deadlineOf({ expires_at: deadline }: Invoice): string {
  return parseTimestamp(deadline) === undefined ? deadline : localTime(deadline);
}

function outcome(attempt: Attempt | undefined): Markup {
  if (attempt === undefined) return markup`<span class="soft">tidak dikirim / not sent</span>`;
  if (attempt.status === null) return markup`<span class="bad">${attempt.error ?? 'no answer'}</span>`;
  const isGood = attempt.status >= 200 && attempt.status < 300;
  return markup`<span class="${isGood ? 'good' : 'bad'}">HTTP ${attempt.status}</span>`;
}

function eventsTable(deliveries: readonly Delivery[]): Markup {
  if (deliveries.length === 0) return markup``;
  const rows = deliveries.map(
    (delivery) => markup`<tr><td>${delivery.type}<br><code class="soft">${delivery.id}</code></td>
<td class="number">${delivery.attempts.length}</td><td>${outcome(delivery.attempts.at(-1))}</td><td>${delivery.state}</td></tr>`,
  );
  return markup`<h2>Webhook</h2><table id="webhooks"><thead><tr><th>Event</th><th class="number">Percobaan / Attempts</th>
<th>Jawaban terakhir / Last answer</th><th>Status</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function paymentsTable({ payments, refunded_amount: refunded, paid_currency: currency }: Invoice): Markup {
  if (payments.length === 0) return markup``;
  const rows = payments.map(
    (payment) => markup`<tr><td>${localTime(payment.paid_at)}<br><code class="soft">${payment.id}</code></td>
<td>${payment.method}</td><td class="number">${money(payment.amount, payment.currency)}</td></tr>`,
  );
  const back =
    refunded === 0
      ? markup``
      : markup`<p id="refunded">Dikembalikan / Given back: ${money(refunded, currency ?? 'IDR')}</p>`;
  return markup`<h2>Pembayaran / Payments</h2><table id="payments"><thead><tr><th>Waktu / Time</th><th>Cara / Method</th>
<th class="number">Jumlah / Amount</th></tr></thead><tbody>${rows}</tbody></table>${back}`;
}

interface PayPageView {
  invoice: Invoice;
  isLost: boolean;
  deliveries: readonly Delivery[];
}

/** The page at payment_url: the invoice, every way to pay it, and the product's answers to the webhooks. */
export function payPage(view: PayPageView, notice?: Markup, status = 200): Reply {
  const { invoice, isLost, deliveries } = view;
  const paid =
    invoice.paid_at === null || invoice.paid_amount === null
      ? markup``
      : markup`<p>Dibayar / Paid: ${money(invoice.paid_amount, invoice.paid_currency ?? 'IDR')}, ${localTime(invoice.paid_at)}</p>`;
  const content = markup`<p class="soft"><a href="/">Mekari Pay · sandbox</a></p>
<h1>Pesanan / Order ${invoice.external_id}</h1>
<p><span class="badge ${invoice.status}" id="status">${STATUS_LABELS[invoice.status]}</span>
${isLost ? markup`<span class="badge bad" id="lost">Hilang / Lost: 404</span>` : ''}</p>
<p>${invoice.description}<br><span class="soft">${invoice.customer.name} · ${invoice.id}</span></p>
${notice === undefined ? '' : markup`<div class="notice" role="status">${notice}</div>`}
${itemsTable(invoice)}
<p class="soft">Bayar sebelum / Pay before ${deadlineOf(invoice)}</p>${paid}
${paymentsTable(invoice)}
${payForms(invoice, isLost)}
${eventsTable(deliveries)}
<p><a id="return" href="${invoice.return_url}">Kembali ke toko / Back to the shop</a></p>`;
  return page(status, `${invoice.external_id} · Mekari Pay`, content);
}

/** Describes the result of a button: the first webhook's answer, or the reason for its absence. */
export function noticeOf(label: string, attempt: Attempt | undefined): Markup {
  return markup`${label}. Webhook: ${outcome(attempt)}`;
}
