import type { Clock } from '../clock.ts';
import { type Markup, markup } from '../pages/markup.ts';
import { Refusal, type Reply, seeOther } from '../server/reply.ts';
import { type Call, param, type Route } from '../server/route.ts';
import type { Actions } from './actions.ts';
import type { Deliveries } from './deliveries.ts';
import type { Invoice, Invoices } from './invoices.ts';
import { payButtons } from './pay-buttons.ts';
import { noticeOf, payPage } from './pay-page.ts';

/** The pay page and its forms. A form answers with a redirect to the page, so that a reload pays nothing again. */
export function payRoutes(invoices: Invoices, actions: Actions, deliveries: Deliveries, clock: Clock): Route[] {
  const buttons = payButtons(actions, clock);
  const buttonOf = (action: string) => (Object.hasOwn(buttons, action) ? buttons[action] : undefined);
  const eventsOf = ({ id }: Invoice) => deliveries.all().filter(({ invoiceId }) => invoiceId === id);
  const viewOf = (invoice: Invoice) => ({
    invoice,
    isLost: invoices.isLost(invoice),
    deliveries: eventsOf(invoice),
  });

  function show(call: Call): Reply {
    const invoice = invoices.find(param(call, 'id'));
    const button = buttonOf(call.query.get('done') ?? '');
    const notice = button && noticeOf(button.label, eventsOf(invoice).at(-1)?.attempts.at(-1));
    return payPage(viewOf(invoice), notice);
  }

  async function submit(call: Call): Promise<Reply> {
    const invoice = invoices.find(param(call, 'id'));
    const form = new URLSearchParams(call.rawBody.toString('utf8'));
    const action = form.get('action') ?? '';
    try {
      const button = buttonOf(action);
      if (button === undefined) throw new Refusal(400, 'unknown_action', 'there is no such action');
      await button.press(invoice, form);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const notice: Markup = markup`<span class="bad">${error.message}</span>`;
      return payPage(viewOf(invoice), notice, error.status);
    }
    return seeOther(`/pay/${invoice.id}?done=${action}`);
  }

  return [
    { method: 'GET', path: '/pay/:id', handle: show },
    { method: 'POST', path: '/pay/:id', handle: submit },
  ];
}
