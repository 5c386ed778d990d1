import { describe, expect, test } from 'vitest';
import {
  type MailKind,
  type MailLocale,
  type OrderMailModel,
  renderOrderMail,
} from '../../../src/fulfilment/templates/index.ts';
import { flat, LOCALES, MODEL, payLinks, received, rupiah, visible } from './order-mail-samples.ts';

/** Mails that name what came in, what is missing and what goes back, and why an order ended. The sentences are written by hand. */

type Texts = Record<MailLocale, readonly string[]>;

function expectTexts(kind: MailKind, model: OrderMailModel, says: Texts, never: RegExp = /(?!)/) {
  for (const locale of LOCALES) {
    const { html, text, subject } = renderOrderMail(kind, locale, model);
    for (const part of [visible(html), flat(text)]) {
      for (const sentence of says[locale]) expect.soft(part).toContain(sentence);
      expect.soft(part).not.toMatch(never);
    }
    expect.soft(subject).toContain('TU-261122-7K3M-9QX4');
  }
}

const NOT_AGAIN = /tidak perlu membayar|do not pay|no need to pay|tidak perlu melakukan apa pun|nothing for you to do/i;
const PAY_LINK = 'https://pay.example.test/i/inv-1?a=1&amp;b=2';

describe('an order under review', () => {
  const underpaid = received({}, { isRestPayable: true });

  test('that is underpaid, and whose link lives: what came, what is missing, how and until when to pay the rest', () => {
    const says = {
      id: [
        'Pembayaran Anda masih kurang',
        'Kami menerima pembayaran untuk pesanan top-up TU-261122-7K3M-9QX4 atas nama PT Maju Bersama, tetapi jumlahnya belum mencukupi.',
        'Sejauh ini kami menerima Rp4.000.000 dari Rp6.234.567: masih kurang Rp2.234.567. Belum ada kuota yang kami kreditkan.',
        'Mohon bayar kekurangan Rp2.234.567 melalui tautan pembayaran yang sama, paling lambat 22 November 2026 pukul 15.04 WIB. Setelah kekurangannya kami terima, pesanan diproses secara otomatis.',
        'Bayar kekurangannya',
      ],
      en: [
        'A part of your payment is missing',
        'We received a payment for top-up order TU-261122-7K3M-9QX4 for PT Maju Bersama, but it does not cover the order yet.',
        'So far, we have received Rp4.000.000 of Rp6.234.567: Rp2.234.567 is missing. No quota has been credited yet.',
        'Please pay the missing Rp2.234.567 with the same payment link, by 22 November 2026, 15:04 WIB. The order is processed automatically as soon as we have received the rest.',
        'Pay the rest',
      ],
    };
    expectTexts('payment_under_review', underpaid, says, NOT_AGAIN);
    for (const locale of LOCALES) {
      const { html, text, subject } = renderOrderMail('payment_under_review', locale, underpaid);
      expect(payLinks(html)).toEqual([PAY_LINK, PAY_LINK]);
      expect(text).toContain('https://pay.example.test/i/inv-1?a=1&b=2');
      expect(subject).toMatch(/masih kurang|is missing/);
    }
  });

  test('that is underpaid, and whose link is over: an operator decides', () => {
    const says = {
      id: [
        'masih kurang Rp2.234.567',
        'Kekurangannya tidak dapat dibayar lagi melalui tautan pembayaran. Tim kami akan memutuskan apakah pembayaran ini dapat diterima atau dikembalikan.',
      ],
      en: [
        'Rp2.234.567 is missing',
        'The rest can no longer be paid with the payment link. Our team decides whether to accept this payment or to give it back.',
      ],
    };
    expectTexts('payment_under_review', received({}), says, /pay\.example/);
    expectTexts('payment_under_review', received({}, { isRestPayable: true, paymentUrl: null }), says, /pay\.example/);
  });

  test('of which a part went back: both are named', () => {
    const model = received({ returned: 1_000_000n, outstanding: 3_234_567n }, { isRestPayable: true });
    expectTexts('payment_under_review', model, {
      id: ['masih kurang Rp3.234.567. Sebesar Rp1.000.000 telah dikembalikan kepada Anda.'],
      en: ['Rp3.234.567 is missing. Rp1.000.000 was given back to you.'],
    });
  });

  test('in another currency: no link, and what happens next', () => {
    const paid = [{ amount: '61.25', currency: 'USD' }];
    const model = received({ paid, outstanding: 6_234_567n }, { reviewReason: 'WRONG_CURRENCY' });
    const says = {
      id: [
        'Kami menerima USD 61.25, sedangkan pesanan ini meminta Rp6.234.567 dalam rupiah.',
        'hasilnya akan kami kirim',
      ],
      en: ['We have received USD 61.25, but the order asks for Rp6.234.567 in rupiah.', 'an e-mail about the outcome'],
    };
    expectTexts('payment_under_review', model, says, /pay\.example|masih kurang|is missing/);
  });

  test.each([[[]], [[{ amount: '6234567', currency: 'IDR' }]]])(
    'in another currency that only a notice named: it is no sum that came in: %j',
    (paid) => {
      const model = received({ paid, outstanding: 6_234_567n }, { reviewReason: 'WRONG_CURRENCY' });
      const says = {
        id: ['pemberitahuan pembayaran dalam mata uang lain, sedangkan pesanan ini meminta Rp6.234.567 dalam rupiah.'],
        en: ['told of a payment in another currency, but the order asks for Rp6.234.567 in rupiah.'],
      };
      expectTexts('payment_under_review', model, says, /pay\.example|Kami menerima|We have received/);
    },
  );

  test('that nobody could read: no sum, and no request to pay', () => {
    const model = received({ paid: [], payments: 0, changes: 0 }, { reviewReason: 'UNREADABLE' });
    const says = {
      id: [
        'tidak dapat kami baca, sehingga kami belum mengetahui jumlah yang diterima',
        'menanyakannya kepada penyedia',
      ],
      en: ['so we do not know yet what was received', 'Our team is asking the payment provider'],
    };
    expectTexts('payment_under_review', model, says, /pay\.example|Jumlah yang diterima|Amount received/);
  });
});

describe('a receipt', () => {
  const exact = { paid: [rupiah(6_234_567n)], outstanding: 0n };

  test('of the exact sum names it, and nothing more', () => {
    const says = { id: ['Jumlah yang diterima Rp6.234.567'], en: ['Amount received Rp6.234.567'] };
    for (const locale of LOCALES)
      expect(visible(renderOrderMail('payment_received', locale, received(exact)).html)).toContain(says[locale][0]);
    expectTexts(
      'payment_received',
      received(exact),
      { id: [], en: [] },
      /Kelebihan sebesar|surplus|pelunasan|accepted/,
    );
  });

  test('with a surplus: both sums, and that it will be given back', () => {
    const model = received({ paid: [rupiah(6_300_000n)], outstanding: 0n, surplus: [rupiah(65_433n)] });
    expectTexts('payment_received', model, {
      id: [
        'Kami menerima Rp6.300.000, sedangkan pesanan ini meminta Rp6.234.567. Kelebihan sebesar Rp65.433 akan kami kembalikan kepada Anda.',
      ],
      en: [
        'We received Rp6.300.000, and the order asked for Rp6.234.567. The surplus of Rp65.433 will be given back to you.',
      ],
    });
  });

  test('whose surplus went back already does not promise it again', () => {
    const model = received({ paid: [rupiah(6_300_000n)], outstanding: 0n, returned: 65_433n });
    const says = {
      id: ['sedangkan pesanan ini meminta Rp6.234.567. Sebesar Rp65.433 telah dikembalikan kepada Anda.'],
      en: ['and the order asked for Rp6.234.567. Rp65.433 was given back to you.'],
    };
    expectTexts('payment_received', model, says, /akan kami kembalikan|will be given back/);
  });

  test('of a payment that an operator accepted as it was', () => {
    expectTexts('payment_received', received({}), {
      id: ['Kami menerima Rp4.000.000, dan jumlah itu kami anggap sebagai pelunasan seluruh pesanan.'],
      en: ['We received Rp4.000.000 and accepted it as payment of the whole order.'],
    });
  });
});

describe('a refund', () => {
  test('that is still to be paid out: both sums', () => {
    const model = received({ giveBack: [rupiah(4_000_000n)], isGivenBack: false }, { paidAt: null });
    expectTexts('order_refunded', model, {
      id: [
        'Kami telah menerima Rp4.000.000, dan Rp4.000.000 akan kami kembalikan kepada Anda.',
        'Tidak ada kuota yang dikreditkan untuk pesanan ini.',
      ],
      en: [
        'We had received Rp4.000.000, and Rp4.000.000 will be given back to you.',
        'No quota was credited for this order.',
      ],
    });
  });

  test('that the provider made: both sums, and nothing more to come', () => {
    const model = received({ giveBack: [rupiah(4_000_000n)], returned: 4_000_000n }, { paidAt: null });
    const says = {
      id: ['Kami telah menerima Rp4.000.000, dan Rp4.000.000 telah dikembalikan kepada Anda.'],
      en: ['We had received Rp4.000.000, and Rp4.000.000 was given back to you.'],
    };
    expectTexts('order_refunded', model, says, /akan kami|will be/);
  });

  test('of unused quota, a part of which went back before', () => {
    const paid = [rupiah(6_234_567n)];
    const model = received({
      paid,
      outstanding: 0n,
      giveBack: [rupiah(2_500_000n)],
      returned: 500_000n,
      isGivenBack: false,
      isQuotaTakenBack: true,
    });
    const says = {
      id: [
        'Kami telah menerima Rp6.234.567, dan Rp2.500.000 akan kami kembalikan kepada Anda. Dari jumlah itu, Rp500.000 sudah dikembalikan.',
        'Kuota yang belum terpakai telah kami tarik dari saldo Anda.',
      ],
      en: [
        'We had received Rp6.234.567, and Rp2.500.000 will be given back to you. Of that, Rp500.000 was given back already.',
        'The quota that was not used has been taken back from your balance.',
      ],
    };
    expectTexts('order_refunded', model, says, /Tidak ada kuota yang dikreditkan|No quota was credited/);
  });
});

test.each([
  [
    'order_expired',
    'UNPAID',
    'Pesanan ini belum dibayar hingga batas waktunya.',
    'It was not paid before its payment deadline.',
  ],
  [
    'order_expired',
    'INVOICE_EXPIRED',
    'Penyedia pembayaran menutup tagihannya sebelum dibayar.',
    'The payment provider closed its invoice before it was paid.',
  ],
  [
    'order_expired',
    'INVOICE_LOST',
    'Penyedia pembayaran tidak lagi memiliki tagihannya, sehingga pesanan ini tidak dapat dibayar.',
    'The payment provider no longer has its invoice, so the order cannot be paid.',
  ],
  [
    'order_cancelled',
    'INVOICE_VOID',
    'Penyedia pembayaran menarik tagihannya, sehingga pesanan ini tidak dapat dibayar.',
    'The payment provider withdrew its invoice, so the order cannot be paid.',
  ],
  [
    'order_cancelled',
    'INVOICE_REFUSED',
    'Penyedia pembayaran tidak bersedia membuat tagihannya, sehingga pesanan ini tidak dapat dibayar.',
    'The payment provider refused to make its invoice, so the order cannot be paid.',
  ],
  [
    'order_cancelled',
    'BUYER',
    'Pesanan ini dibatalkan oleh pengguna di organisasi Anda.',
    'It was cancelled by a user of your organization.',
  ],
  ['order_cancelled', 'OPERATOR', 'Pesanan ini dibatalkan oleh tim kami.', 'It was cancelled by our team.'],
] as const)('%s by %s says so', (kind, endCause, indonesian, english) => {
  const says = { id: [indonesian], en: [english] };
  expectTexts(kind, { ...MODEL, endCause }, says, /pay\.example/);
  for (const locale of LOCALES) {
    const { text } = renderOrderMail(kind, locale, { ...MODEL, endCause });
    // The deadline explains an end by time, and would contradict any other.
    expect(/WIB/.test(text)).toBe(endCause === 'UNPAID');
  }
});

describe('an order with taxes', () => {
  const vat = { code: 'PPN', rate: '0.11', kind: 'VAT', included: false, amount: 617_840n } as const;
  const within = { ...vat, included: true } as const;
  const withheld = { code: 'PPh 23', rate: '0.02', kind: 'WITHHOLDING', included: false, amount: 112_335n } as const;

  test('lists the tax on top and the tax that is kept back, and names what is to be paid', () => {
    expectTexts(
      'awaiting_payment',
      { ...MODEL, taxes: [vat, withheld] },
      {
        id: [
          'PPN 11%',
          'Pajak di atas harga',
          'Rp617.840',
          'PPh 23 2%',
          'Dipotong dan disetor oleh perusahaan Anda',
          '-Rp112.335',
          'Jumlah yang dibayar',
          'Rp6.122.232',
        ],
        en: [
          'Tax on top of the price',
          'Withheld and paid to the state by your company',
          'Amount to pay',
          'Rp6.122.232',
        ],
      },
    );
  });

  test('does not list the tax within a price', () => {
    const says = { id: ['Total pesanan', 'Rp6.234.567'], en: ['Order total', 'Rp6.234.567'] };
    expectTexts('awaiting_payment', { ...MODEL, taxes: [within] }, says, /PPN|Rp617\.840/);
  });
});
