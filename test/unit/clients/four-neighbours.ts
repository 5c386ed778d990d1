import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { createHubCore } from '../../../src/clients/hub-core.ts';
import { createMekariBilling } from '../../../src/clients/mekari-billing.ts';
import { createInvoices } from '../../../src/clients/mekari-pay/invoices.ts';
import { createModerator } from '../../../src/clients/moderator.ts';

const clock = { now: () => new Date('2026-11-22T03:04:05.678Z') };

export const newInvoice = {
  orderNumber: 'TU-1',
  amount: 1000n,
  description: 'Qontak top-up TU-1',
  items: [{ name: 'Users', quantity: 1n, unitPrice: 1000n, amount: 1000n }],
  customer: { organizationId: '1001', name: 'PT Maju Jaya' },
  returnUrl: 'https://app.example.test/topup',
  expiresAt: new Date('2026-11-23T03:04:05.678Z'),
};

const paidPi = {
  organizationId: '1001',
  orderNumber: 'TU-1',
  revision: 0,
  billingVersion: 'v3',
  activeFrom: '2026-11-22',
  paidDate: '2026-11-22',
  amount: 1000n,
  lines: [],
};

/** Every HTTP call to a neighbour, by name. */
export function callsTo(baseUrl: string, timeoutMs = 5000) {
  const opened: Neighbour[] = [];
  const connect = (name: string) => {
    const credentials = { clientId: 'us', clientSecret: 'hush' };
    const neighbour = createNeighbour({ name, baseUrl, credentials, timeoutMs, clock });
    opened.push(neighbour);
    return neighbour;
  };
  const pay = createInvoices(connect('mekari-pay'), { isAllowed: () => true });
  const hubCore = createHubCore(connect('hub-core'), clock);
  const billing = createMekariBilling(connect('mekari-billing'));
  const moderator = createModerator(connect('moderator'));
  return {
    calls: {
      'hub-core: organizations': () => hubCore.organizations(['1001']),
      'Mekari Billing: a price': (id = 'pkg-muv') => billing.packagePrice(id),
      'Mekari Pay: a new invoice': () => pay.createInvoice(newInvoice),
      'Mekari Pay: an invoice': (id = 'inv_1') => pay.invoice(id),
      'Mekari Pay: the invoices of an order': (number = 'TU-1') => pay.invoicesOfOrder(number),
      'Mekari Pay: a void': (id = 'inv_1') => pay.voidInvoice(id, 'TU-1'),
      'Moderator: a paid PI': () => moderator.bookPaidPi(paidPi),
    },
    close: () => {
      for (const neighbour of opened) neighbour.close();
    },
  };
}

export type CallName = keyof ReturnType<typeof callsTo>['calls'];
export const CALLS: readonly CallName[] = [
  'hub-core: organizations',
  'Mekari Billing: a price',
  'Mekari Pay: a new invoice',
  'Mekari Pay: an invoice',
  'Mekari Pay: the invoices of an order',
  'Mekari Pay: a void',
  'Moderator: a paid PI',
];
