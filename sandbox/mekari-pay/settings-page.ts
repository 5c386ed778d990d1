import { page } from '../pages/layout.ts';
import { type Markup, markup, money } from '../pages/markup.ts';
import { type Reply, seeOther } from '../server/reply.ts';
import { type Call, inShape, type Route } from '../server/route.ts';
import { AMOUNTS, type Format, formatShape } from './format.ts';
import type { Invoice, Invoices } from './invoices.ts';
import { STATUS_LABELS, TONES } from './pay-page.ts';
import { PAY_STYLE } from './pay-style.ts';
import type { Settings } from './settings.ts';
import { type TermsOptions, termsShape } from './terms.ts';

const TIMES = ['stored', 'local', 'local-space', '+07:00', '+09:00', '-05:00'];
const NEWEST = 50;

const select = (name: string, label: string, values: readonly string[], chosen: string) =>
  markup`<label>${label}<select name="${name}">${values.map((value) =>
    value === chosen ? markup`<option selected>${value}</option>` : markup`<option>${value}</option>`,
  )}</select></label>`;

const number = (name: string, label: string, value: number | undefined) =>
  markup`<label>${label}<input name="${name}" type="number" min="0" value="${value ?? ''}"></label>`;

function formatForm({ amounts = 'number', times = 'stored', omit = [] }: Format): Markup {
  return markup`<form method="post" action="/format" class="row">${select('amounts', 'Jumlah / Amounts', AMOUNTS, amounts)}
${select('times', 'Waktu / Times', TIMES, times)}
<label>Tanpa (dipisah koma) / Without (comma-separated)<input name="omit" value="${omit.join(',')}"></label>
<button>Simpan / Save</button></form>`;
}

function termsForm(terms: TermsOptions): Markup {
  return markup`<form method="post" action="/terms" class="row">
${number('minimum_amount', 'Total minimum / Smallest total', terms.minimum_amount)}
${number('maximum_amount', 'Total maksimum / Largest total', terms.maximum_amount)}
${number('max_lifetime_seconds', 'Masa tagihan, detik / Invoice lifetime, seconds', terms.max_lifetime_seconds)}
<button>Simpan / Save</button></form>`;
}

function invoicesTable(invoices: readonly Invoice[]): Markup {
  const rows = invoices
    .slice(-NEWEST)
    .reverse()
    .map(
      (
        invoice,
      ) => markup`<tr><td><a href="/pay/${invoice.id}">${invoice.external_id}</a></td><td><span class="badge ${TONES[invoice.status]}">${STATUS_LABELS[invoice.status]}</span></td>
<td class="number">${money(invoice.amount)}</td></tr>`,
    );
  if (rows.length === 0) return markup`<p class="soft">Belum ada tagihan / No invoice yet</p>`;
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Tagihan / Invoices"><table id="invoices"><thead><tr><th>Pesanan / Order</th><th>Status</th><th class="number">Total</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** The provider's own page: its newest invoices, how it writes values, and its terms for new invoices. */
export function settingsRoutes(invoices: Invoices, { terms, format }: Settings): Route[] {
  const show = (): Reply =>
    page(
      200,
      'Mekari Pay',
      markup`<header class="brand"><h1>Mekari Pay</h1><span class="badge">sandbox</span></header>
<section class="card"><h2>Tagihan / Invoices</h2>${invoicesTable(invoices.all())}</section>
<section class="card"><h2>Tulisan angka dan waktu / How values are written</h2>${formatForm(format.get())}</section>
<section class="card"><h2>Syarat tagihan baru / Terms of a new invoice</h2>${termsForm(terms.get())}</section>`,
      { wide: true, style: PAY_STYLE },
    );
  const form = (call: Call) => new URLSearchParams(call.rawBody.toString('utf8'));

  function saveFormat(call: Call): Reply {
    const { amounts, times, omit = '' } = Object.fromEntries(form(call));
    format.set(
      inShape(formatShape, {
        amounts,
        times,
        omit: omit
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean),
      }),
    );
    return seeOther('/');
  }

  function saveTerms(call: Call): Reply {
    const given = [...form(call)].filter(([, value]) => value !== '');
    terms.set(inShape(termsShape, Object.fromEntries(given.map(([name, value]) => [name, Number(value)]))));
    return seeOther('/');
  }

  return [
    { method: 'GET', path: '/', handle: show },
    { method: 'POST', path: '/format', handle: saveFormat },
    { method: 'POST', path: '/terms', handle: saveTerms },
  ];
}
