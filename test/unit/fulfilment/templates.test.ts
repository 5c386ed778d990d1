import { describe, expect, test } from 'vitest';
import {
  type MailKind,
  type MailLocale,
  renderOrderMail,
  toMailLocale,
} from '../../../src/fulfilment/templates/index.ts';
import { BARE, EVERY, flat, hrefs, LOCALES, MODEL, visible } from './order-mail-samples.ts';

const IN_EVERY_MAIL = [
  'TU-261122-7K3M-9QX4',
  'PT Maju Bersama',
  'Siti Rahma',
  'Saldo WhatsApp',
  'AI Dialog',
  'Pengunjung unik',
  'Rp2.500.000',
  'Rp3.500.000',
  'Rp234.567',
  'Rp6.234.567',
  'Qontak',
];

/** The kinds that ask for the payment. */
const PAYABLE: ReadonlySet<MailKind> = new Set(['awaiting_payment', 'payment_reminder'] as const);

const DEADLINE = { id: '22 November 2026 pukul 15.04 WIB', en: '22 November 2026, 15:04 WIB' };
const PAID_AT = { id: '22 November 2026 pukul 00.30 WIB', en: '22 November 2026, 00:30 WIB' };
const URL_SHOWN = 'https://pay.example.test/i/inv-1?a=1&b=2';

const SAYS: Record<MailKind, Record<MailLocale, readonly string[]>> = {
  approval_requested: {
    id: ['diajukan untuk disetujui', 'Diajukan oleh', 'Budi Santoso', '25 November 2026 pukul 15.04 WIB'],
    en: ['submitted for approval', 'Submitted by', 'Budi Santoso', '25 November 2026, 15:04 WIB'],
  },
  order_approved: {
    id: ['telah disetujui', 'Disetujui oleh', 'Dewi Lestari', 'Sesuai anggaran', '25 November 2026 pukul 15.04 WIB'],
    en: ['has been approved', 'Approved by', 'Dewi Lestari', 'Sesuai anggaran', '25 November 2026, 15:04 WIB'],
  },
  order_rejected: {
    id: ['telah ditolak', 'Ditolak oleh', 'Dewi Lestari', 'Sesuai anggaran', 'tidak dikenai biaya'],
    en: ['has been rejected', 'Rejected by', 'Dewi Lestari', 'Sesuai anggaran', 'not been charged'],
  },
  payment_reminder: {
    id: ['belum kami terima', `paling lambat ${DEADLINE.id}`, 'Bayar sekarang', URL_SHOWN, 'abaikan email ini'],
    en: ['not received the payment', `by ${DEADLINE.en}`, 'Pay now', URL_SHOWN, 'please ignore'],
  },
  awaiting_payment: {
    id: [
      `paling lambat ${DEADLINE.id}`,
      'Bayar sekarang',
      URL_SHOWN,
      'Jumlah: 5 · Kuota: 5.000',
      'Jumlah: Rp2.500.000',
    ],
    en: [`by ${DEADLINE.en}`, 'Pay now', URL_SHOWN, 'Quantity: 5 · Quota: 5,000', 'Quantity: Rp2.500.000'],
  },
  payment_received: {
    id: [
      'Kuota yang dikreditkan: Rp2.500.000',
      'Kuota yang dikreditkan: 5.000',
      'Kelebihan pemakaian yang dilunasi: 1.234',
      'telah lunas',
      'dalam email tersendiri',
      PAID_AT.id,
    ],
    en: [
      'Quota credited: Rp2.500.000',
      'Quota credited: 5,000',
      'Excess usage settled: 1,234',
      'has been settled',
      'in a separate e-mail',
      PAID_AT.en,
    ],
  },
  invoice_booked: {
    id: ['telah kami bukukan', 'Nomor PI (proforma invoice)', 'PI/2026/11/00042', PAID_AT.id],
    en: ['We have booked', 'PI (proforma invoice) number', 'PI/2026/11/00042', PAID_AT.en],
  },
  order_expired: {
    id: ['telah kedaluwarsa', 'tidak dikenai biaya', 'pesanan baru', 'kuotanya kami kreditkan'],
    en: ['has expired', 'not been charged', 'new order', 'credit the quota'],
  },
  order_cancelled: {
    id: ['telah dibatalkan', 'tidak dikenai biaya', 'pesanan baru', 'kuotanya kami kreditkan'],
    en: ['has been cancelled', 'not been charged', 'new order', 'credit the quota'],
  },
  payment_under_review: {
    id: ['sedang memeriksa pembayaran', 'Belum ada kuota yang kami kreditkan', 'Tim kami akan memutuskan'],
    en: ['is reviewing the payment', 'No quota has been credited yet', 'Our team decides'],
  },
  order_refunded: {
    id: ['rincian pengembalian dana', 'Penyedia pembayaran telah mengembalikan'],
    en: ['details of the refund', 'The payment provider has given this payment back'],
  },
};

describe.each(EVERY)('%s in %s', (kind, locale) => {
  const mail = renderOrderMail(kind, locale, MODEL);

  test('has every fact, in HTML and in text', () => {
    for (const fact of [...IN_EVERY_MAIL, ...SAYS[kind][locale]]) {
      expect.soft(visible(mail.html)).toContain(fact);
      expect.soft(flat(mail.text)).toContain(fact);
    }
    expect(mail.subject).toContain(MODEL.orderNumber);
    expect(mail.subject).toContain(MODEL.organizationName);
  });

  test('has its language, a preheader, and no script or remote content', () => {
    expect(mail.html).toContain(`<html lang="${locale}">`);
    expect(mail.html).toMatch(/<div style="display:none[^"]*">[^<]{20,}<\/div>/);
    expect(mail.html).not.toMatch(/<script|<img|<link|@import|<iframe|url\(|\ssrc=|\son\w+=/i);
  });

  test('follows the scheme of its reader: each inline colour and ground has a dark one', () => {
    expect(mail.html).toContain('<meta name="color-scheme" content="light dark">');
    expect(mail.html).toContain('@media (prefers-color-scheme:dark)');
    const elements =
      mail.html.match(/<(?:td|p|h1|h2|span|body)[^>]*style="[^"]*[;"](?:color|background-color):[^>]*>/g) ?? [];
    expect(elements.length).toBeGreaterThan(10);
    for (const element of elements) expect(element).toMatch(/class="|bgcolor="#(?:1f5fd6|8f5a0a)"/);
  });

  test('links to the payment only when it is due', () => {
    const pay = 'https://pay.example.test/i/inv-1?a=1&amp;b=2';
    const order = 'https://app.example.test/topup?orderId=1';
    expect(hrefs(mail.html)).toEqual(PAYABLE.has(kind) ? [pay, pay, order] : [order]);
    expect(mail.text.includes('https://pay.')).toBe(PAYABLE.has(kind));
    expect(mail.text).toContain(order);
  });

  test('keeps the lines of the text short', () => {
    const long = { ...MODEL, organizationName: 'PT Sangat Panjang '.repeat(8), lines: [...MODEL.lines] };
    long.lines.push({ kind: 'TOPUP', label: 'Label yang panjang '.repeat(8), quantity: 1n, credits: 1n, amount: 1n });
    for (const line of renderOrderMail(kind, locale, long).text.split('\n'))
      expect(line.length).toBeLessThanOrEqual(78);
  });

  test('has no gap, whatever is unknown', () => {
    for (const model of [MODEL, BARE, { ...BARE, lines: [] }]) {
      for (const part of Object.values(renderOrderMail(kind, locale, model))) {
        expect(part).not.toMatch(/undefined|null|NaN|\{\{|\$\{|\[object|Invalid Date/);
      }
    }
  });
});

describe('the text depends on the order', () => {
  const only = (kind: 'TOPUP' | 'EXCESS') => ({ ...MODEL, lines: MODEL.lines.filter((line) => line.kind === kind) });

  test('and claims only completed steps', () => {
    const topup = renderOrderMail('payment_received', 'en', only('TOPUP')).text;
    const excess = renderOrderMail('payment_received', 'en', only('EXCESS')).text;
    expect(topup).toContain('has been added');
    expect(topup).not.toContain('settled');
    expect(excess).toContain('has been settled');
    expect(excess).not.toContain('has been added');
  });

  test('and a receipt names no PI, even if one is booked meanwhile', () => {
    for (const locale of LOCALES)
      expect(renderOrderMail('payment_received', locale, MODEL).text).not.toContain('PI/2026');
  });

  test('and greets a contact without a name', () => {
    expect(renderOrderMail('order_expired', 'id', BARE).text).toContain('Yth. Bapak/Ibu,');
    expect(renderOrderMail('order_expired', 'en', BARE).text).toContain('Hello,');
  });

  test('and keeps amounts beyond 2^53 exact', () => {
    const lines = [
      { kind: 'TOPUP', label: 'x', quantity: 1n, credits: 9_007_199_254_740_993n, amount: 450_000n },
    ] as const;
    expect(renderOrderMail('payment_received', 'en', { ...MODEL, lines }).text).toContain('9,007,199,254,740,993');
  });
});

test.each(LOCALES)('every month has its name in %s', (locale) => {
  for (let month = 0; month < 12; month += 1) {
    const paymentExpiresAt = new Date(Date.UTC(2026, month, 1, 0, 5));
    const name = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }).format(paymentExpiresAt);
    const { text } = renderOrderMail('awaiting_payment', locale, { ...MODEL, paymentExpiresAt });
    expect(flat(text)).toContain(locale === 'id' ? `1 ${name} 2026 pukul 07.05 WIB` : `1 ${name} 2026, 07:05 WIB`);
  }
});

test.each([
  ['en', 'en'],
  ['EN', 'en'],
  ['en-US', 'en'],
  ['en_GB', 'en'],
  ['id', 'id'],
  ['id-ID', 'id'],
  ['fr', 'id'],
  ['english', 'id'],
  ['', 'id'],
])('locale %j gets %s', (locale, expected) => {
  expect(toMailLocale(locale)).toBe(expected);
});
