import { page } from '../pages/layout.ts';
import { grouped, localTime, type Markup, markup, money } from '../pages/markup.ts';
import type { Reply } from '../server/reply.ts';
import type { Delivery } from './deliveries.ts';
import type { Invoice } from './invoices.ts';
import type { Attempt } from './post-webhook.ts';

const STATUS_LABELS: Record<Invoice['status'], string> = {
  pending: 'Menunggu pembayaran / Awaiting payment',
  paid: 'Lunas / Paid',
  expired: 'Kedaluwarsa / Expired',
  void: 'Dibatalkan / Void',
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

const button = (action: string, label: string, kind = '') =>
  markup`<button name="action" value="${action}" class="${kind}">${label}</button>`;

function buttons(invoice: Invoice): Markup {
  const isOpen = invoice.status === 'pending';
  const pay = isOpen ? button('pay', 'Bayar / Pay', 'main') : markup``;
  const payLate = invoice.status === 'paid' ? markup`` : button('pay-late', 'Bayar terlambat / Pay late');
  const wrong =
    invoice.status === 'paid'
      ? markup``
      : markup`<form method="post"><label>Selisih, rupiah / Difference, rupiah
<input name="difference" type="number" min="1" max="${invoice.amount}" value="1" required></label>
${button('pay-less', 'Bayar kurang / Pay less')}${button('pay-more', 'Bayar lebih / Pay more')}</form>`;
  return markup`<form method="post">${pay}${payLate}</form>${wrong}
<form method="post">${button('fail', 'Gagalkan / Fail')}${button('expire', 'Kedaluwarsakan / Expire')}
${button('resend', 'Kirim ulang webhook / Send the last webhook again')}</form>`;
}

/** The page at payment_url: the invoice, every way to pay it, and the product's answers to the webhooks. */
export function payPage(invoice: Invoice, deliveries: readonly Delivery[], notice?: Markup, status = 200): Reply {
  const paid =
    invoice.paid_at === null || invoice.paid_amount === null
      ? markup``
      : markup`<p>Dibayar / Paid: ${money(invoice.paid_amount, invoice.paid_currency ?? 'IDR')}, ${localTime(invoice.paid_at)}</p>`;
  const content = markup`<p class="soft">Mekari Pay · sandbox</p>
<h1>Pesanan / Order ${invoice.external_id}</h1>
<p><span class="badge ${invoice.status}" id="status">${STATUS_LABELS[invoice.status]}</span></p>
<p>${invoice.description}<br><span class="soft">${invoice.customer.name} · ${invoice.id}</span></p>
${notice === undefined ? '' : markup`<div class="notice" role="status">${notice}</div>`}
${itemsTable(invoice)}
<p class="soft">Bayar sebelum / Pay before ${localTime(invoice.expires_at)}</p>${paid}
${buttons(invoice)}
${eventsTable(deliveries)}
<p><a id="return" href="${invoice.return_url}">Kembali ke toko / Back to the shop</a></p>`;
  return page(status, `${invoice.external_id} · Mekari Pay`, content);
}

/** Describes the result of a button: the first webhook's answer, or the reason for its absence. */
export function noticeOf(label: string, attempt: Attempt | undefined): Markup {
  return markup`${label}. Webhook: ${outcome(attempt)}`;
}
