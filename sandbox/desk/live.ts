import type { Invoice } from '../index.ts';
import { type Markup, markup, money } from '../pages/markup.ts';
import { type Entry, KINDS, type Kind } from './happenings.ts';
import { INVOICE_ACTIONS } from './invoice-actions.ts';
import type { Scene, Situation } from './situation.ts';

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'Asia/Jakarta' });
const moment = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'Asia/Jakarta',
});

export function clockLine({ sandbox }: Scene): Markup {
  const setting = sandbox.clock.setting();
  const isReal = 'shiftMs' in setting && setting.shiftMs === 0;
  return markup`<span>${moment.format(sandbox.clock.now())} WIB</span> ${
    isReal ? markup`<span class="badge good">real time</span>` : markup`<span class="badge warn">clock moved</span>`
  }`;
}

/** Buttons of situations, each a form. `name` is the path of its action. */
export function situationButtons(situations: Record<string, Situation>, scene: Scene): Markup {
  const items = Object.entries(situations).map(([name, { label, meaning, isOn }]) => {
    const pressed = isOn?.(scene);
    const state = pressed === undefined ? markup`` : markup`aria-pressed="${String(pressed)}"`;
    return markup`<li><form method="post" action="/situations/${name}"><input type="hidden" name="organization" value="${scene.organizationId}">
<button id="situation-${name}" ${state}><strong>${label}${pressed === true ? markup` <span class="on">on</span>` : ''}</strong><span class="soft">${meaning}</span></button></form></li>`;
  });
  return markup`<ul class="situations">${items}</ul>`;
}

const STATUS: Record<Invoice['status'], [label: string, tone: string]> = {
  pending: ['Awaits payment', 'warn'],
  partially_paid: ['Paid in part', 'warn'],
  paid: ['Paid', 'good'],
  expired: ['Expired', 'bad'],
  void: ['Void', 'bad'],
  refunded: ['Given back', 'bad'],
};

const SHOWN_ORDERS = 8;

/** The newest orders with an invoice, and what can happen to each. */
export function ordersTable({ sandbox }: Scene, pageUrl: (invoice: Invoice) => string): Markup {
  const newest = sandbox.mekariPay.invoices().slice(-SHOWN_ORDERS).reverse();
  if (newest.length === 0)
    return markup`<p class="empty">No order was placed yet. Open the page as a buyer, or press a button above.</p>`;
  const rows = newest.map((invoice) => {
    const [label, tone] = STATUS[invoice.status];
    const acts = Object.entries(INVOICE_ACTIONS)
      .filter(([, { isOffered }]) => isOffered(invoice, sandbox.mekariPay.isLost(invoice)))
      .map(
        ([name, act]) => markup`<form method="post" action="/invoices/${invoice.id}/${name}">
<button class="small" id="${name}-${invoice.id}">${act.label}<span class="hidden"> ${invoice.external_id}</span></button></form>`,
      );
    return markup`<tr><td><a href="${pageUrl(invoice)}" target="_blank">${invoice.external_id}</a><br><span class="soft">${invoice.customer.name}</span></td>
<td class="number">${money(invoice.amount)}</td><td><span class="badge ${tone}">${label}</span>${sandbox.mekariPay.isLost(invoice) ? markup` <span class="badge bad">Lost</span>` : ''}</td>
<td><div class="acts">${acts} <a class="button small" href="${invoice.payment_url}" target="_blank">Pay page<span class="hidden"> of ${invoice.external_id}</span></a></div></td></tr>`;
  });
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Orders at Mekari Pay"><table class="orders"><thead><tr><th>Order</th><th class="number">Total</th>
<th>Invoice</th><th>Do</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

const LABELS: Record<Kind, string> = {
  graph: 'Request',
  call: 'Call',
  webhook: 'Webhook',
  job: 'Job',
  mail: 'Mail',
  log: 'Log',
};

export function feed(entries: readonly Entry[]): Markup {
  if (entries.length === 0) return markup`<p class="empty">Nothing happened yet.</p>`;
  const items = entries.map(({ at, kind, title, detail, result, isBad, href }) => {
    const name = href === undefined ? markup`${title}` : markup`<a href="${href}" target="_blank">${title}</a>`;
    return markup`<li><time datetime="${at.toISOString()}">${time.format(at)}</time>
<span class="what"><span class="kind">${LABELS[kind]}</span> ${name}${detail === '' ? '' : markup`<br><span class="soft">${detail}</span>`}</span>
<span class="result ${isBad ? 'bad' : 'good'}" title="${result}">${result === '' ? '…' : result}</span></li>`;
  });
  return markup`<ol>${items}</ol>`;
}

export const isKind = (name: string | null): name is Kind => name !== null && Object.hasOwn(KINDS, name);
