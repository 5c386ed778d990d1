import { type Markup, markup } from '../pages/markup.ts';
import { Refusal, type Reply, seeOther } from '../server/reply.ts';
import { type Call, param, type Route } from '../server/route.ts';
import type { Actions } from './actions.ts';
import type { Deliveries } from './deliveries.ts';
import type { Invoice, Invoices } from './invoices.ts';
import { noticeOf, payPage } from './pay-page.ts';

const LABELS: Record<string, string> = {
  pay: 'Dibayar / Paid',
  'pay-late': 'Dibayar terlambat / Paid late',
  'pay-less': 'Dibayar kurang / Paid too little',
  'pay-more': 'Dibayar lebih / Paid too much',
  fail: 'Pembayaran gagal / Payment failed',
  expire: 'Kedaluwarsa / Expired',
  resend: 'Webhook dikirim ulang / Webhook sent again',
};

function differenceOf(form: URLSearchParams): number {
  const difference = Number(form.get('difference'));
  if (!Number.isSafeInteger(difference) || difference < 1)
    throw new Refusal(422, 'invalid', 'the difference must be whole rupiah');
  return difference;
}

function act(actions: Actions, invoice: Invoice, action: string, form: URLSearchParams): Promise<unknown> {
  switch (action) {
    case 'pay':
      return actions.pay(invoice.id);
    case 'pay-late':
      return actions.payLate(invoice.id);
    case 'pay-less':
      return actions.payWrong(invoice.id, { amount: Math.max(0, invoice.amount - differenceOf(form)) });
    case 'pay-more':
      return actions.payWrong(invoice.id, { amount: invoice.amount + differenceOf(form) });
    case 'fail':
      return actions.fail(invoice.id);
    case 'expire':
      return actions.expire(invoice.id);
    case 'resend':
      return actions.resend(invoice.id);
    default:
      throw new Refusal(400, 'unknown_action', 'there is no such action');
  }
}

/** The pay page and its forms. A form answers with a redirect to the page, so that a reload pays nothing again. */
export function payRoutes(invoices: Invoices, actions: Actions, deliveries: Deliveries): Route[] {
  const eventsOf = ({ id }: Invoice) => deliveries.all().filter(({ invoiceId }) => invoiceId === id);

  function show(call: Call): Reply {
    const invoice = invoices.byId(param(call, 'id'));
    const events = eventsOf(invoice);
    const label = LABELS[call.query.get('done') ?? ''];
    const notice = label === undefined ? undefined : noticeOf(label, events.at(-1)?.attempts.at(-1));
    return payPage(invoice, events, notice);
  }

  async function submit(call: Call): Promise<Reply> {
    const invoice = invoices.byId(param(call, 'id'));
    const form = new URLSearchParams(call.rawBody.toString('utf8'));
    const action = form.get('action') ?? '';
    try {
      await act(actions, invoice, action, form);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const notice: Markup = markup`<span class="bad">${error.message}</span>`;
      return payPage(invoice, eventsOf(invoice), notice, error.status);
    }
    return seeOther(`/pay/${invoice.id}?done=${action}`);
  }

  return [
    { method: 'GET', path: '/pay/:id', handle: show },
    { method: 'POST', path: '/pay/:id', handle: submit },
  ];
}
