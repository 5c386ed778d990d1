import { type Markup, markup, money } from '../pages/markup.ts';
import { outstanding } from './invoice-money.ts';
import type { Invoice } from './invoices.ts';
import { methodChoice } from './pay-methods.ts';

const button = (action: string, label: string, kind = '') =>
  markup`<button name="action" value="${action}" class="${kind}">${label}</button>`;

const field = (label: string, name: string, attributes: Markup) =>
  markup`<label>${label}<input name="${name}" ${attributes}></label>`;

const amountField = (label: string) => field(label, 'amount', markup`type="number" min="0.01" step="0.01"`);

const isOpen = ({ status }: Invoice) => status === 'pending' || status === 'partially_paid';
const isOver = ({ status }: Invoice) => status === 'paid' || status === 'refunded';

/** The buyer's side: a method, the whole sum or a part of it, or the reason why nothing can be paid. */
export function buyerForm(invoice: Invoice): Markup {
  const { id, status, return_url: back } = invoice;
  const home = (kind: string) =>
    markup`<a id="return" class="button ${kind}" href="${back}">Kembali ke toko / Back to the shop</a>`;
  if (isOver(invoice)) {
    const isPaid = status === 'paid';
    return markup`<div class="result"><span class="sign${isPaid ? '' : ' bad'}" aria-hidden="true">${isPaid ? '✓' : '↩'}</span>
<h2>${isPaid ? 'Pembayaran berhasil / Payment complete' : 'Dana dikembalikan / Money given back'}</h2>
<p class="soft">Toko sudah kami beri tahu. / We have told the shop.</p></div>${home('main')}`;
  }
  if (!isOpen(invoice))
    return markup`<div class="result"><span class="sign bad" aria-hidden="true">!</span>
<h2>${status === 'expired' ? 'Batas waktu sudah lewat / The time is over' : 'Tagihan ditarik / The invoice was withdrawn'}</h2>
<p class="soft">Tagihan ini tidak dapat dibayar lagi. / This invoice can no longer be paid.</p></div>${home('main')}
<form method="post">${button('pay-late', 'Bayar terlambat / Pay late')}</form>`;
  const rest = status === 'partially_paid' ? button('pay-rest', 'Bayar sisanya / Pay the rest') : markup``;
  // Two forms, because Enter in a field presses the first button of its form.
  return markup`<form method="post">${methodChoice(id)}
${button('pay', 'Bayar / Pay', 'main full')}</form>
<form method="post" class="part">${amountField(`Sebagian dari ${money(outstanding(invoice))} (kosong: separuh) / A part of it (empty: half)`)}
${button('pay-part', 'Bayar sebagian / Pay a part')}${rest}</form>${home('')}`;
}

/** Payments that go wrong. */
function oddPayments(invoice: Invoice): Markup {
  const currency = field('Mata uang / Currency', 'currency', markup`value="USD" pattern="[A-Z]{3}" size="4" required`);
  const foreign = markup`<form method="post">${amountField('Jumlah / Amount')}${currency}
${button('pay-part', 'Bayar dalam mata uang lain / Pay in a currency')}</form>`;
  if (isOver(invoice)) return foreign;
  const difference = markup`type="number" min="1" max="${invoice.amount}" value="1" required`;
  return markup`<form method="post">${button('fail', 'Gagalkan / Fail')}${button('expire', 'Kedaluwarsakan / Expire')}
${isOpen(invoice) ? button('pay-late', 'Bayar terlambat / Pay late') : ''}</form>
<form method="post">${field('Selisih, rupiah / Difference, rupiah', 'difference', difference)}
${button('pay-less', 'Bayar kurang / Pay less')}${button('pay-more', 'Bayar lebih / Pay more')}</form>
<form method="post">${field('Biaya kanal, rupiah / Channel fee, rupiah', 'fee', markup`type="number" min="1" value="4000" required`)}
${button('pay-fee', 'Bayar dengan biaya / Pay with the fee')}</form>${foreign}`;
}

const moneyBack = markup`<form method="post">${amountField('Jumlah (kosong: semua) / Amount (empty: all)')}
${button('refund', 'Kembalikan / Refund')}${button('chargeback', 'Tolak bayar / Charge back')}</form>`;

const deadline = markup`<form method="post">${field(
  'Sisa waktu, menit / Time left, minutes',
  'minutes',
  markup`type="number" value="10" required`,
)}${button('shorten', 'Ubah tenggat / Change the deadline')}</form>`;

const anyEvent = markup`<form method="post">${field('Jenis event / Event type', 'type', markup`value="invoice.viewed" required`)}
${button('event', 'Kirim event / Send the event')}</form>`;

/** All that a tester can let happen to an invoice. */
export function testerForms(invoice: Invoice, isLost: boolean): Markup {
  return markup`<div class="acts">${oddPayments(invoice)}${moneyBack}${deadline}${anyEvent}
<form method="post">${button('void', 'Batalkan / Void')}
${isLost ? button('restore', 'Temukan lagi / Find again') : button('lose', 'Hilangkan / Lose')}
${button('resend', 'Kirim ulang webhook / Send the last webhook again')}</form></div>`;
}
