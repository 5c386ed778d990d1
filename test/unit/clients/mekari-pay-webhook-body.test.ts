import { describe, expect, test } from 'vitest';
import { parseWebhookBody } from '../../../src/clients/mekari-pay/webhook-body.ts';

const DATA = {
  invoice_id: 'inv_1',
  external_id: 'TU-2026-000001',
  amount: 1_000_000,
  currency: 'IDR',
  paid_at: '2026-11-22T03:04:05.678Z',
  payment_method: 'va_bni',
};

const read = (text: string) => parseWebhookBody(Buffer.from(text));
const event = (data: Record<string, unknown> = {}, type: unknown = 'invoice.paid') =>
  JSON.stringify({ type, data: { ...DATA, ...data } });

/** The event with this exact text as one member of `data`. */
const written = (member: string, as: string) => event({ [member]: '@@' }).replace('"@@"', () => as);

const NOTICE = {
  type: 'invoice.paid',
  orderNumber: 'TU-2026-000001',
  invoiceId: 'inv_1',
  paid: { text: '1000000', currency: 'IDR', rupiah: 1_000_000n } as object | null,
  refunded: null,
  currency: 'IDR',
  paidAt: new Date(Date.UTC(2026, 10, 22, 3, 4, 5, 678)),
  paymentMethod: 'va_bni',
};

describe('an event', () => {
  test('invoice.paid without a paid amount means by its amount what came in', () => {
    expect(read(event())).toStrictEqual({ notice: NOTICE });
    const nothing = { paid_amount: null, paid_currency: null, refunded_amount: null };
    expect(read(event(nothing))).toStrictEqual({ notice: NOTICE });
  });

  test.each([
    'invoice.partially_paid',
    'invoice.expired',
    'invoice.failed',
    'invoice.refunded',
    'invoice.chargeback',
    'invoice.viewed',
    'INVOICE.PAID',
    'invoice.paid ',
  ])('%s without a paid amount says nothing of a sum', (type) => {
    expect(read(event({}, type))).toStrictEqual({ notice: { ...NOTICE, type, paid: null } });
  });

  test.each(['invoice.paid', 'invoice.partially_paid', 'invoice.expired', 'invoice.refunded'])(
    '%s names the sum that came in, in its currency, and what was given back',
    (type) => {
      const paid = { text: '65.5', currency: 'USD', rupiah: null };
      expect(read(event({ paid_amount: '65.50', paid_currency: 'USD' }, type))).toStrictEqual({
        notice: { ...NOTICE, type, paid, currency: 'USD' },
      });
      const inRupiah = { text: '400000', currency: 'IDR', rupiah: 400_000n };
      expect(read(event({ paid_amount: 400_000, refunded_amount: '1000.00' }, type))).toStrictEqual({
        notice: { ...NOTICE, type, paid: inRupiah, refunded: 1_000n },
      });
      // Dollars that went back are no rupiah, although the invoice asks for rupiah.
      expect(read(event({ paid_amount: '65.50', paid_currency: 'USD', refunded_amount: 65 }, type))).toStrictEqual({
        notice: { ...NOTICE, type, paid, refunded: null, currency: 'USD' },
      });
    },
  );

  test.each(['invoice.paid', 'invoice.partially_paid', 'invoice.expired', 'invoice.refunded', 'invoice.viewed'])(
    '%s that names another currency without a sum names no rupiah',
    (type) => {
      expect(read(event({ paid_currency: 'USD' }, type))).toStrictEqual({
        notice: { ...NOTICE, type, paid: null, currency: 'USD' },
      });
    },
  );

  test('of a type that tells of no payment has the currency of the sum that it names, and not that of the asked amount', () => {
    const named = (data: object) => read(event({ currency: 'USD', ...data }, 'invoice.partially_refunded'));
    expect(named({})).toMatchObject({ notice: { currency: 'IDR' } });
    expect(named({ refunded_amount: 65 })).toMatchObject({ notice: { refunded: null, currency: 'USD' } });
    expect(named({ paid_amount: 65 })).toMatchObject({ notice: { currency: 'USD' } });
    expect(named({ currency: 'a\nb', paid_amount: 65 })).toMatchObject({
      notice: { paid: { rupiah: 65n }, currency: 'IDR' },
    });
  });

  test.each([
    ['{}'],
    [JSON.stringify({ invoice_id: 1, external_id: [], amount: 0.5, currency: 'a\nb', paid_at: 'soon' })],
  ])('of a type that tells of no payment is read with whatever its data holds: %s', (data) => {
    expect(read(`{"type":"account.updated","data":${data}}`)).toStrictEqual({
      notice: {
        type: 'account.updated',
        orderNumber: '',
        invoiceId: '',
        paid: null,
        refunded: null,
        currency: 'IDR',
        paidAt: null,
        paymentMethod: null,
      },
    });
  });

  test("is read at the same instant however its time is written; without an offset it is Jakarta's", () => {
    const at = new Date('2026-11-30T16:30:00Z');
    for (const paid_at of [
      '2026-11-30T16:30:00Z',
      '2026-11-30 23:30:00',
      '2026-11-30T23:30:00',
      '2026-12-01T01:30:00+09:00',
    ]) {
      expect(read(event({ paid_at }))).toStrictEqual({ notice: { ...NOTICE, paidAt: at } });
    }
  });

  test.each([undefined, null])('with %s as its time and method has null for both', (nothing) => {
    expect(read(event({ paid_at: nothing, payment_method: nothing }))).toStrictEqual({
      notice: { ...NOTICE, paidAt: null, paymentMethod: null },
    });
  });

  test('may have unknown members', () => {
    const more = event({ fee: 1.5 }).replace('{', '{"timestamp":"now","more":[{"a":1}],');
    expect(read(more)).toStrictEqual({ notice: NOTICE });
  });

  test.each<[string, string, bigint]>([
    ['nothing', '0', 0n],
    ['2^31', '2147483648', 2_147_483_648n],
    ['whole rupiah with decimals', '1000000.0', 1_000_000n],
    ['whole rupiah as text', '"1000000"', 1_000_000n],
    ['whole rupiah as text with decimals', '"1000000.00"', 1_000_000n],
    ['as much as can be held', '9007199254740991', 9_007_199_254_740_991n],
  ])('is read with an amount of %s', (_, as, amount) => {
    const paid = { text: String(amount), currency: 'IDR', rupiah: amount };
    expect(read(written('amount', as))).toStrictEqual({ notice: { ...NOTICE, paid } });
  });

  test('may have texts of the largest length', () => {
    const [long, currency] = ['x'.repeat(200), 'x'.repeat(10)];
    expect(read(event({ invoice_id: long, external_id: long, payment_method: long, currency }))).toStrictEqual({
      notice: {
        ...NOTICE,
        invoiceId: long,
        orderNumber: long,
        paymentMethod: long,
        paid: { text: '1000000', currency, rupiah: null },
        currency,
      },
    });
  });
});

describe('the fault names the member, and shows nothing of its content', () => {
  const fault = (member: string) => `data.${member} is not an amount, or has a fraction of a rupiah`;
  const NO_AMOUNTS = ['"1e6"', '1e6', '1000000.5', '"1000000.5"', '1000000.00000000001', '-1', '-0', 'true', '{}'];
  test.each([
    ...NO_AMOUNTS,
    '[1000000]',
    '10000000000000000',
    '9007199254740992',
    '""',
    '"01000000"',
    '{"written":"1"}',
  ])('when an amount is %s', (as) => {
    expect(read(written('amount', as))).toStrictEqual({ fault: fault('amount') });
    expect(read(written('paid_amount', as))).toStrictEqual({ fault: fault('paid_amount') });
    // A refund that cannot be read must not pass for none: the event would credit.
    expect(read(written('refunded_amount', as))).toStrictEqual({ fault: fault('refunded_amount') });
  });
  test.each(['invoice.paid', 'invoice.partially_paid'])('when %s has an amount that cannot be read', (type) => {
    expect(read(event({ amount: '1e6' }, type))).toStrictEqual({ fault: fault('amount') });
    expect(read(event({ paid_amount: '1e6' }, type))).toStrictEqual({ fault: fault('paid_amount') });
  });
  test('when the amount is null', () => {
    expect(read(written('amount', 'null'))).toStrictEqual({ fault: fault('amount') });
  });

  const texts = ['invoice_id', 'external_id', 'payment_method', 'currency'].map((member) => ({
    member,
    longest: member === 'currency' ? 10 : 200,
  }));

  test.each(texts)('when $member is empty, too long, unprintable or no text', ({ member, longest }) => {
    const fault = `data.${member} is not 1 to ${longest} printable characters`;
    for (const text of ['', 'x'.repeat(longest + 1), 'a\u0000b', 'a\nb']) {
      expect(read(event({ [member]: text }))).toStrictEqual({ fault });
    }
    const ofAnotherKind = read(event({ [member]: ['secret'] }));
    expect(ofAnotherKind).toStrictEqual({ fault: expect.stringMatching(new RegExp(`^data\\.${member} [^[]+$`)) });
    expect(JSON.stringify(ofAnotherKind)).not.toContain('secret');
  });

  test.each(['yesterday', '', '2026-11-22', '2026-02-30T00:00:00Z'])('when paid_at is %j', (text) => {
    expect(read(event({ paid_at: text }))).toStrictEqual({ fault: 'data.paid_at is not an instant' });
  });

  test.each(['', null, 1, ['invoice.paid'], 'x'.repeat(201), 'invoice.paid\n'])('when the type is %j', (type) => {
    expect(read(event({}, type))).toStrictEqual({ fault: expect.stringMatching(/^type /) });
  });

  test.each(['invoice_id', 'external_id', 'amount', 'currency'])('when %s is missing', (member) => {
    expect(read(event({ [member]: undefined }))).toStrictEqual({
      fault: expect.stringMatching(new RegExp(`^data\\.${member} `)),
    });
  });

  test.each(['null', '[]', '"data"'])('when data is %s', (as) => {
    expect(read(`{"type":"invoice.paid","data":${as}}`)).toStrictEqual({ fault: expect.stringMatching(/^data /) });
  });

  test.each(['', 'null]', '{"type":"invoice.paid","type":"invoice.paid"}', '\uFEFF{}'])(
    'when the whole body is %j',
    (text) => {
      expect(read(text)).toStrictEqual({ fault: 'it is not JSON, or a member occurs twice' });
    },
  );
});
