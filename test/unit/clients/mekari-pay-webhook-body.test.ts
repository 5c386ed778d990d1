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
  amount: 1_000_000n,
  currency: 'IDR',
  paidAt: new Date(Date.UTC(2026, 10, 22, 3, 4, 5, 678)),
  paymentMethod: 'va_bni',
};

describe('an event', () => {
  test.each(['invoice.paid', 'invoice.expired', 'invoice.failed'])('is read with the type %s', (type) => {
    expect(read(event({}, type))).toStrictEqual({ notice: { ...NOTICE, type } });
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
    ['as much as can be held', '9007199254740991', 9_007_199_254_740_991n],
  ])('is read with an amount of %s', (_, as, amount) => {
    expect(read(written('amount', as))).toStrictEqual({ notice: { ...NOTICE, amount } });
  });

  test('may have texts of the largest length', () => {
    const [long, currency] = ['x'.repeat(200), 'x'.repeat(10)];
    expect(read(event({ invoice_id: long, external_id: long, payment_method: long, currency }))).toStrictEqual({
      notice: { ...NOTICE, invoiceId: long, orderNumber: long, paymentMethod: long, currency },
    });
  });
});

describe('the fault names the member, and shows nothing of its content', () => {
  const NOT_WHOLE = 'data.amount is not whole rupiah';
  const TOO_MUCH = 'data.amount is above the maximum amount';
  test.each([
    ['"1000000"', NOT_WHOLE],
    ['1e6', NOT_WHOLE],
    ['1000000.0', NOT_WHOLE],
    ['-1', NOT_WHOLE],
    ['-0', NOT_WHOLE],
    ['null', NOT_WHOLE],
    ['[1000000]', NOT_WHOLE],
    ['10000000000000000', NOT_WHOLE],
    ['9007199254740992', TOO_MUCH],
  ])('when the amount is %s', (as, fault) => {
    expect(read(written('amount', as))).toStrictEqual({ fault });
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

  test.each(['invoice.refunded', 'INVOICE.PAID', 'invoice.paid ', '', null, 1, ['invoice.paid']])(
    'when the type is %j',
    (type) => {
      expect(read(event({}, type))).toStrictEqual({ fault: expect.stringMatching(/^type /) });
    },
  );

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
