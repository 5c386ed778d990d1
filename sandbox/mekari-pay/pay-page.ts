import { parseTimestamp } from '../clock.ts';
import { page } from '../pages/layout.ts';
import { grouped, localTime, type Markup, markup, money } from '../pages/markup.ts';
import type { Reply } from '../server/reply.ts';
import type { Delivery } from './deliveries.ts';
import { outstanding } from './invoice-money.ts';
import type { Invoice } from './invoices.ts';
import { buyerForm, testerForms } from './pay-forms.ts';
import { methodLabel } from './pay-methods.ts';
import { PAY_STYLE } from './pay-style.ts';
import type { Attempt } from './post-webhook.ts';

export const STATUS_LABELS: Record<Invoice['status'], string> = {
  pending: 'Menunggu pembayaran / Awaiting payment',
  partially_paid: 'Dibayar sebagian / Partially paid',
  paid: 'Lunas / Paid',
  expired: 'Kedaluwarsa / Expired',
  void: 'Dibatalkan / Void',
  refunded: 'Dikembalikan / Refunded',
};

/** An item that costs Rp1 each is an amount, which is in the last column. */
const unitsOf = ({ quantity, unit_price: price }: Invoice['items'][number]): Markup =>
  price === 1 ? markup`` : markup`<br><span class="soft">${grouped(quantity)} × ${money(price)}</span>`;

function itemsTable(invoice: Invoice): Markup {
  const rows = invoice.items.map(
    (item) => markup`<tr><td>${item.name}${unitsOf(item)}</td>
<td class="number">${money(item.amount)}</td></tr>`,
  );
  return markup`<table><thead><tr><th>Item</th><th class="number">Subtotal</th></tr></thead><tbody>${rows}</tbody>
<tfoot><tr><td>Total</td><td class="number" data-total="${invoice.amount}">${money(invoice.amount)}</td></tr></tfoot></table>`;
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

function eventsCard(deliveries: readonly Delivery[]): Markup {
  if (deliveries.length === 0) return markup``;
  const rows = deliveries.map(
    (delivery) => markup`<tr><td>${delivery.type}<br><code class="soft">${delivery.id}</code></td>
<td class="number" data-label="Percobaan / Attempts">${delivery.attempts.length}</td><td>${outcome(delivery.attempts.at(-1))}</td><td>${delivery.state}</td></tr>`,
  );
  return markup`<section class="card"><h2>Webhook</h2><div class="scroll" tabindex="0" role="group" aria-label="Webhook"><table id="webhooks" class="stacked"><thead><tr><th>Event</th><th class="number">Percobaan / Attempts</th>
<th>Jawaban terakhir / Last answer</th><th>Status</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function paymentsCard({ payments, refunded_amount: refunded, paid_currency: currency }: Invoice): Markup {
  if (payments.length === 0) return markup``;
  const rows = payments.map(
    (payment) => markup`<tr><td>${localTime(payment.paid_at)}<br><code class="soft">${payment.id}</code></td>
<td>${methodLabel(payment.method)}</td><td class="number">${money(payment.amount, payment.currency)}</td></tr>`,
  );
  const back =
    refunded === 0
      ? markup``
      : markup`<p id="refunded">Dikembalikan / Given back: ${money(refunded, currency ?? 'IDR')}</p>`;
  return markup`<section class="card"><h2>Pembayaran / Payments</h2><div class="scroll" tabindex="0" role="group" aria-label="Pembayaran / Payments"><table id="payments" class="stacked"><thead><tr><th>Waktu / Time</th><th>Cara / Method</th>
<th class="number">Jumlah / Amount</th></tr></thead><tbody>${rows}</tbody></table></div>${back}</section>`;
}

interface PayPageView {
  invoice: Invoice;
  isLost: boolean;
  deliveries: readonly Delivery[];
}

export const TONES: Record<Invoice['status'], string> = {
  pending: 'warn',
  partially_paid: 'warn',
  paid: 'good',
  expired: 'bad',
  void: 'bad',
  refunded: 'bad',
};

/** The sum to pay now; of a closed invoice the whole one. */
function sumLine(invoice: Invoice): Markup {
  const { status, amount, paid_amount: paid, paid_currency: currency, paid_at: at } = invoice;
  const received =
    paid === null || at === null
      ? markup``
      : markup`<p>Dibayar / Paid: ${money(paid, currency ?? 'IDR')}, ${localTime(at)}</p>`;
  const isPart = status === 'partially_paid' && currency === 'IDR';
  const label = isPart ? 'Sisa / Rest' : 'Total';
  return markup`<div><p class="soft">${label}</p><p class="total">${money(isPart ? outstanding(invoice) : amount)}</p></div>${received}`;
}

/** The page at payment_url: the invoice, every way to pay it, and the product's answers to the webhooks. */
export function payPage(view: PayPageView, notice?: Markup, status = 200): Reply {
  const { invoice, isLost, deliveries } = view;
  const isAnError = status >= 400;
  const content = markup`<header class="brand"><a href="/">Mekari Pay</a><span class="badge">sandbox</span></header>
${notice === undefined ? '' : markup`<div class="notice${isAnError ? ' bad' : ''}" role="status">${notice}</div>`}
<div class="pay"><section class="card" aria-labelledby="order"><div><h1 id="order">Pesanan / Order <span class="nowrap">${invoice.external_id}</span></h1>
<p class="soft">${invoice.customer.name} · ${invoice.description}</p></div>
<p><span class="badge ${TONES[invoice.status]}" id="status">${STATUS_LABELS[invoice.status]}</span>
${isLost ? markup`<span class="badge bad" id="lost">Hilang / Lost: 404</span>` : ''}</p>
${sumLine(invoice)}<p class="soft">Bayar sebelum / Pay before ${deadlineOf(invoice)}</p>
${itemsTable(invoice)}</section>
<section class="card" aria-label="Pembayaran / Payment">${buyerForm(invoice)}</section></div>
${paymentsCard(invoice)}
<section class="card" aria-labelledby="test"><div><h2 id="test">Uji coba / For testing</h2><p class="soft"><code>${invoice.id}</code></p></div>${testerForms(invoice, isLost)}</section>
${eventsCard(deliveries)}`;
  return page(status, `${invoice.external_id} · Mekari Pay`, content, { wide: true, style: PAY_STYLE });
}

/** Describes the result of a button: the first webhook's answer, or the reason for its absence. */
export function noticeOf(label: string, attempt: Attempt | undefined): Markup {
  return markup`${label}. Webhook: ${outcome(attempt)}`;
}
