import { type Markup, markup } from '../pages/markup.ts';
import type { Invoice } from './invoices.ts';

const button = (action: string, label: string, kind = '') =>
  markup`<button name="action" value="${action}" class="${kind}">${label}</button>`;

const field = (label: string, name: string, attributes: Markup) =>
  markup`<label>${label}<input name="${name}" ${attributes}></label>`;

function wholePayment(invoice: Invoice): Markup {
  const isOpen = invoice.status === 'pending' || invoice.status === 'partially_paid';
  const isPaid = invoice.status === 'paid' || invoice.status === 'refunded';
  if (isPaid) return markup``;
  return markup`<form method="post">${isOpen ? button('pay', 'Bayar / Pay', 'main') : ''}
${button('pay-late', 'Bayar terlambat / Pay late')}</form>
<form method="post">${field(
    'Selisih, rupiah / Difference, rupiah',
    'difference',
    markup`type="number" min="1" max="${invoice.amount}" value="1" required`,
  )}${button('pay-less', 'Bayar kurang / Pay less')}${button('pay-more', 'Bayar lebih / Pay more')}</form>
<form method="post">${field(
    'Biaya kanal, rupiah / Channel fee, rupiah',
    'fee',
    markup`type="number" min="1" value="4000" required`,
  )}${button('pay-fee', 'Bayar dengan biaya / Pay with the fee')}</form>`;
}

const amountField = (label: string) => field(label, 'amount', markup`type="number" min="0.01" step="0.01"`);

const partPayment = markup`<form method="post">${amountField('Jumlah (kosong: separuh sisa) / Amount (empty: half of the rest)')}
${field('Mata uang / Currency', 'currency', markup`value="IDR" pattern="[A-Z]{3}" size="4" required`)}
${button('pay-part', 'Bayar sebagian / Pay a part')}${button('pay-rest', 'Bayar sisanya / Pay the rest')}</form>`;

const moneyBack = markup`<form method="post">${amountField('Jumlah (kosong: semua) / Amount (empty: all)')}
${button('refund', 'Kembalikan / Refund')}${button('chargeback', 'Tolak bayar / Charge back')}</form>`;

const deadline = markup`<form method="post">${field(
  'Sisa waktu, menit / Time left, minutes',
  'minutes',
  markup`type="number" value="10" required`,
)}${button('shorten', 'Ubah tenggat / Change the deadline')}</form>`;

const anyEvent = markup`<form method="post">${field('Jenis event / Event type', 'type', markup`value="invoice.viewed" required`)}
${button('event', 'Kirim event / Send the event')}</form>`;

/** All that a person can do with an invoice, as the buyer and as the provider. */
export function payForms(invoice: Invoice, isLost: boolean): Markup {
  return markup`${wholePayment(invoice)}${partPayment}
<h2>Penyedia / Provider</h2>${moneyBack}${deadline}${anyEvent}
<form method="post">${button('fail', 'Gagalkan / Fail')}${button('expire', 'Kedaluwarsakan / Expire')}
${button('void', 'Batalkan / Void')}
${isLost ? button('restore', 'Temukan lagi / Find again') : button('lose', 'Hilangkan / Lose')}
${button('resend', 'Kirim ulang webhook / Send the last webhook again')}</form>`;
}
