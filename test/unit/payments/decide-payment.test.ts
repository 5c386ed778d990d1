import { describe, expect, test } from 'vitest';
import { ORDER_STATUSES, type OrderStatus } from '../../../src/orders/index.ts';
import type { PaymentNoticeType } from '../../../src/payments/provider.ts';
import {
  decidePayment,
  PAYMENT_EXCEPTIONS,
  type PaymentOutcome,
  type ProviderNotice,
} from '../../../src/payments/rules/decide-payment.ts';

const PAID_AT = new Date('2026-11-22T03:00:00Z');
const NOTICE: ProviderNotice = {
  provider: 'mekari-pay',
  type: 'invoice.paid',
  orderNumber: 'TU-261122-7K3M-9QXE',
  invoiceId: 'inv_1',
  amount: 1_000_000n,
  currency: 'IDR',
  paidAt: PAID_AT,
  paymentMethod: 'va_bni',
};
const ACTED = { provider: 'mekari-pay', invoiceId: 'inv_1', amount: 1_000_000n, currency: 'IDR', paidAt: PAID_AT };

/** Statuses of a confirmed order only, of an unconfirmed one only, and of both. */
const SITUATIONS = ['DRAFT', 'PENDING_PAYMENT', 'EXPIRED', 'EXPIRED draft', 'CANCELLED', 'CANCELLED draft'] as const;
const AFTER_PAYMENT = ['PAID', 'COMPLETED', 'PAYMENT_REVIEW', 'REFUNDED'] as const;
type Situation = (typeof SITUATIONS)[number] | (typeof AFTER_PAYMENT)[number];

const NOTICES = {
  agrees: {},
  'too little': { amount: 999_999n },
  'too much': { amount: 1_000_001n },
  'nothing at all': { amount: 0n },
  'another currency': { currency: 'USD' },
  'another invoice': { invoiceId: 'inv_2' },
  'the same id at another provider': { provider: 'x-pay' },
} satisfies Record<string, Partial<ProviderNotice>>;
type Kind = keyof typeof NOTICES;
const KINDS = Object.keys(NOTICES) as Kind[];

function decide(situation: Situation, change: Partial<ProviderNotice>, type: PaymentNoticeType): PaymentOutcome {
  const [status, draft] = situation.split(' ') as [OrderStatus, string | undefined];
  const confirmed = draft === undefined && status !== 'DRAFT';
  const order = {
    status,
    total: 1_000_000n,
    provider: 'mekari-pay',
    invoiceId: confirmed ? 'inv_1' : null,
    confirmed,
    invoiceOfAnother: false,
  };
  const acted = (AFTER_PAYMENT as readonly string[]).includes(status) ? [ACTED] : [];
  return decidePayment(order, { ...NOTICE, ...change, type }, acted);
}

/** domain.md 8, by hand: the outcome of a paid notice, for every situation of an order and every kind of mismatch. */
const WAITS: Record<Kind, PaymentOutcome> = {
  agrees: 'settled',
  'too little': 'review',
  'too much': 'review',
  'nothing at all': 'review',
  'another currency': 'review',
  'another invoice': 'other_invoice',
  'the same id at another provider': 'other_invoice',
};
const NEVER_CONFIRMED = Object.fromEntries(KINDS.map((kind) => [kind, 'not_payable'])) as Record<Kind, PaymentOutcome>;
const ACTED_UPON: Record<Kind, PaymentOutcome> = {
  agrees: 'repeated',
  'too little': 'second_payment',
  'too much': 'second_payment',
  'nothing at all': 'second_payment',
  'another currency': 'second_payment',
  'another invoice': 'second_payment',
  'the same id at another provider': 'second_payment',
};
const PAID: Record<Situation, Record<Kind, PaymentOutcome>> = {
  DRAFT: NEVER_CONFIRMED,
  'EXPIRED draft': NEVER_CONFIRMED,
  'CANCELLED draft': NEVER_CONFIRMED,
  PENDING_PAYMENT: WAITS,
  EXPIRED: WAITS,
  CANCELLED: WAITS,
  PAID: ACTED_UPON,
  COMPLETED: ACTED_UPON,
  PAYMENT_REVIEW: ACTED_UPON,
  REFUNDED: ACTED_UPON,
};

/** Expired and failed events move nothing; after a payment they contradict it. */
const NOT_PAID: Record<Situation, PaymentOutcome> = {
  DRAFT: 'noted',
  'EXPIRED draft': 'noted',
  'CANCELLED draft': 'noted',
  PENDING_PAYMENT: 'noted',
  EXPIRED: 'noted',
  CANCELLED: 'noted',
  PAID: 'contradicts_payment',
  COMPLETED: 'contradicts_payment',
  PAYMENT_REVIEW: 'contradicts_payment',
  REFUNDED: 'contradicts_payment',
};

const EVERY = ([...SITUATIONS, ...AFTER_PAYMENT] as Situation[]).flatMap((situation) =>
  KINDS.map((kind): [Situation, Kind] => [situation, kind]),
);

test('the table has every status', () => {
  const statuses = new Set(Object.keys(PAID).map((situation) => situation.split(' ')[0]));
  expect([...statuses].toSorted()).toEqual([...ORDER_STATUSES].toSorted());
});

describe('invoice.paid', () => {
  test.each(EVERY)('for an order that is %s, payment: %s', (situation, kind) => {
    expect(decide(situation, NOTICES[kind], 'invoice.paid')).toBe(PAID[situation][kind]);
  });
});

describe.each(['invoice.expired', 'invoice.failed'] as const)('%s', (type) => {
  test.each(EVERY)('for an order that is %s, notice: %s', (situation, kind) => {
    const ofAnotherInvoice = PAID[situation] !== NEVER_CONFIRMED && WAITS[kind] === 'other_invoice';
    expect(decide(situation, NOTICES[kind], type)).toBe(ofAnotherInvoice ? 'other_invoice' : NOT_PAID[situation]);
  });
});

describe('the order and the invoice of a payment', () => {
  const waits = {
    status: 'PENDING_PAYMENT',
    total: 1_000_000n,
    provider: 'mekari-pay',
    invoiceId: null,
    confirmed: true,
  } as const;

  test.each(['invoice.paid', 'invoice.expired', 'invoice.failed'] as const)(
    '%s of an unknown order is unknown_order',
    (type) => {
      expect(decidePayment(undefined, { ...NOTICE, type }, [])).toBe('unknown_order');
    },
  );

  test('a payment links an invoice whose creation got no answer', () => {
    expect(decidePayment({ ...waits, invoiceOfAnother: false }, NOTICE, [])).toBe('settled');
  });

  test('an invoice of another order of ours pays nothing here', () => {
    expect(decidePayment({ ...waits, invoiceOfAnother: true }, NOTICE, [])).toBe('other_invoice');
  });
});

describe('a repeated payment', () => {
  const paid = {
    status: 'PAID',
    total: 1_000_000n,
    provider: 'mekari-pay',
    invoiceId: 'inv_1',
    confirmed: true,
    invoiceOfAnother: false,
  } as const;
  const again = (change: Partial<ProviderNotice>) => decidePayment(paid, { ...NOTICE, ...change }, [ACTED]);

  test('is the same one within its second: the poll has no milliseconds', () => {
    expect(again({ paidAt: new Date('2026-11-22T03:00:00.999Z') })).toBe('repeated');
  });

  test('is a second one when it was paid at another second', () => {
    expect(again({ paidAt: new Date('2026-11-22T03:00:01Z') })).toBe('second_payment');
  });

  test('is the same one when the provider gave no time', () => {
    expect(again({ paidAt: null })).toBe('repeated');
  });

  test('is the same one when the provider added its time later', () => {
    expect(decidePayment(paid, NOTICE, [{ ...ACTED, paidAt: null }])).toBe('repeated');
  });

  test('is not payable after an operator decided on it before we acted on one', () => {
    expect(decidePayment(paid, NOTICE, [])).toBe('not_payable');
  });

  test('is not the same one in another currency', () => {
    expect(decidePayment(paid, { ...NOTICE, currency: 'USD' }, [ACTED])).toBe('second_payment');
  });
});

test('the outcomes that alert an operator are exactly those that do not fit an order', () => {
  expect([...PAYMENT_EXCEPTIONS].toSorted()).toEqual([
    'contradicts_payment',
    'not_payable',
    'other_invoice',
    'second_payment',
    'unknown_order',
  ]);
});
