import { MAIL_KINDS, type MailLocale, type OrderMailModel } from '../../../src/fulfilment/templates/index.ts';

export const LOCALES: readonly MailLocale[] = ['id', 'en'];
export const EVERY = MAIL_KINDS.flatMap((kind) => LOCALES.map((locale) => [kind, locale] as const));

const ORDER_URL = 'https://app.example.test/topup?orderId=1';

export const MODEL: OrderMailModel = {
  orderNumber: 'TU-261122-7K3M-9QX4',
  organizationName: 'PT Maju Bersama',
  recipientName: 'Siti Rahma',
  total: 6_234_567n,
  taxes: [],
  lines: [
    { kind: 'TOPUP', label: 'Saldo WhatsApp', quantity: 2_500_000n, credits: 2_500_000n, amount: 2_500_000n },
    { kind: 'TOPUP', label: 'AI Dialog', quantity: 5n, credits: 5_000n, amount: 3_500_000n },
    { kind: 'EXCESS', label: 'Pengunjung unik', quantity: 1_234n, credits: 0n, amount: 234_567n },
  ],
  orderUrl: ORDER_URL,
  paymentUrl: 'https://pay.example.test/i/inv-1?a=1&b=2',
  paymentExpiresAt: new Date('2026-11-22T08:04:00Z'),
  paidAt: new Date('2026-11-21T17:30:00Z'),
  paidInvoiceNumber: 'PI/2026/11/00042',
  money: {
    asked: 6_234_567n,
    paid: [],
    returned: 0n,
    outstanding: 6_234_567n,
    surplus: [],
    giveBack: [],
    isGivenBack: true,
    isQuotaTakenBack: false,
    payments: 0,
    changes: 0,
  },
  reviewReason: 'UNDERPAID',
  isRestPayable: false,
  endCause: undefined,
  approval: {
    requestedBy: 'Budi Santoso',
    decidedBy: 'Dewi Lestari',
    reason: 'Sesuai anggaran',
    expiresAt: new Date('2026-11-25T08:04:00Z'),
  },
};

const rupiah = (amount: bigint) => ({ amount: String(amount), currency: 'IDR' });

/** The order that MODEL is, after something came in: 4,000,000 of 6,234,567 by default. */
export function received(money: Partial<OrderMailModel['money']>, facts: Partial<OrderMailModel> = {}): OrderMailModel {
  const part = { paid: [rupiah(4_000_000n)], outstanding: 2_234_567n, payments: 1, changes: 1 };
  return { ...MODEL, ...facts, money: { ...MODEL.money, ...part, ...money } };
}

export { rupiah };

export const BARE: OrderMailModel = {
  ...MODEL,
  recipientName: '',
  paymentUrl: null,
  paymentExpiresAt: null,
  paidAt: null,
  paidInvoiceNumber: null,
  approval: undefined,
};

/** The visible text of the HTML. */
export function visible(html: string): string {
  const body = html
    .replace(/^.*<body[^>]*>/s, '')
    .replace(/<div style="display:none.*?<\/div>/s, '')
    .replace(/<\/?(?:span|strong)[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return flat(body.replace(/&([a-z]+|#39);/g, (_, name: string) => entities[name] ?? '?'));
}

export const flat = (text: string) => text.replace(/\s+/g, ' ').trim();
export const hrefs = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
/** The links that lead to a payment: all but the one to the order. */
export const payLinks = (html: string) => hrefs(html).filter((href) => href !== ORDER_URL);
