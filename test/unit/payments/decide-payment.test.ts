import { describe, expect, test } from 'vitest';
import { rupiahAmount } from '../../../src/kernel/amount.ts';
import { ORDER_STATUSES, type OrderStatus } from '../../../src/orders/index.ts';
import {
  decideNotice,
  decideReceived,
  type MoneyException,
  type NoticeContext,
  type OrderFacts,
  type ProviderNotice,
  type ReceivedContext,
  type ReceivedDecision,
  type ReceivedSums,
} from '../../../src/payments/rules/decide-payment.ts';
import { type NoticeOutcome, PAYMENT_EXCEPTIONS } from '../../../src/payments/rules/payment-outcomes.ts';

const PAYABLE = 1_000_000n;
const DRAFTS = ['DRAFT', 'EXPIRED draft', 'CANCELLED draft'] as const;
const WAITING = ['PENDING_PAYMENT', 'EXPIRED', 'CANCELLED'] as const;
const CREDITED = ['PAID', 'COMPLETED'] as const;
const SITUATIONS = [...DRAFTS, ...WAITING, ...CREDITED, 'PAYMENT_REVIEW', 'REFUNDED'] as const;
type Situation = (typeof SITUATIONS)[number];

function orderIn(situation: Situation, changes: Partial<OrderFacts> = {}): OrderFacts {
  const [status, draft] = situation.split(' ') as [OrderStatus, string | undefined];
  const confirmed = draft === undefined && status !== 'DRAFT';
  return {
    status,
    confirmed,
    payable: PAYABLE,
    provider: 'mekari-pay',
    invoiceId: confirmed ? 'inv_1' : null,
    ...changes,
  };
}

test('the situations have every status', () => {
  const statuses = new Set(SITUATIONS.map((situation) => situation.split(' ')[0]));
  expect([...statuses].toSorted()).toEqual([...ORDER_STATUSES].toSorted());
});

const NOTICE: ProviderNotice = {
  provider: 'mekari-pay',
  type: 'invoice.paid',
  orderNumber: 'TU-261122-7K3M-9QXE',
  invoiceId: 'inv_1',
  paid: rupiahAmount(PAYABLE),
  refunded: null,
  currency: 'IDR',
  paidAt: new Date('2026-11-22T03:00:00Z'),
  paymentMethod: 'va_bni',
};
const CLEAN: NoticeContext = { invoiceOfAnother: false, received: 0n, isTainted: false };

/** Kinds of notices that never settle at once, whatever the order. */
const HINTS = {
  'a rupiah too little': { paid: rupiahAmount(PAYABLE - 1n) },
  'a rupiah too much': { paid: rupiahAmount(PAYABLE + 1n) },
  nothing: { paid: rupiahAmount(0n) },
  'no sum': { paid: null },
  'another currency': { paid: { text: '1000000', currency: 'USD', rupiah: null } },
  'a sum of which a part went back': { refunded: 1n },
  'a part payment': { type: 'invoice.partially_paid', paid: rupiahAmount(400_000n) },
  'a part payment that says the whole sum': { type: 'invoice.partially_paid' },
  'a former invoice': { invoiceId: 'inv_0' },
  'a refund': { type: 'invoice.refunded', refunded: PAYABLE },
  'a chargeback': { type: 'invoice.chargeback' },
  'an expired invoice': { type: 'invoice.expired', paid: null },
  'a failed attempt': { type: 'invoice.failed', paid: null },
  'a type that nobody knows': { type: 'invoice.viewed' },
} satisfies Record<string, Partial<ProviderNotice>>;
type Hint = keyof typeof HINTS;

/** Exceptions to "hint", by hand (domain.md 8 and 8.1). */
function expectedHint(situation: Situation, hint: Hint): NoticeOutcome {
  const isUnpaid = hint === 'an expired invoice' || hint === 'a failed attempt';
  const isPayment = !isUnpaid && hint !== 'a refund' && hint !== 'a chargeback' && hint !== 'a type that nobody knows';
  if ((DRAFTS as readonly string[]).includes(situation)) return isPayment ? 'not_payable' : 'noted';
  if ((CREDITED as readonly string[]).includes(situation) && isUnpaid) return 'contradicts_payment';
  return 'hint';
}

describe('a notice that says exactly what the order asks for', () => {
  test.each(WAITING)('settles an order that is %s', (situation) => {
    expect(decideNotice(orderIn(situation), NOTICE, CLEAN)).toBe('settled');
    expect(decideNotice(orderIn(situation), { ...NOTICE, refunded: 0n }, CLEAN)).toBe('settled');
  });

  test.each(WAITING)('is a hint for an order that is %s after a refund or another currency', (situation) => {
    expect(decideNotice(orderIn(situation), NOTICE, { ...CLEAN, isTainted: true })).toBe('hint');
  });

  test.each(DRAFTS)('is not payable for an order that is %s', (situation) => {
    expect(decideNotice(orderIn(situation), NOTICE, CLEAN)).toBe('not_payable');
  });

  test.each([...CREDITED, 'PAYMENT_REVIEW', 'REFUNDED'] as const)('is a hint for an order that is %s', (situation) => {
    expect(decideNotice(orderIn(situation), NOTICE, { ...CLEAN, received: PAYABLE })).toBe('hint');
  });

  test('links an invoice whose creation got no answer', () => {
    expect(decideNotice(orderIn('PENDING_PAYMENT', { invoiceId: null }), NOTICE, CLEAN)).toBe('settled');
  });
});

describe.each(SITUATIONS)('for an order that is %s', (situation) => {
  const context = { ...CLEAN, received: (CREDITED as readonly string[]).includes(situation) ? PAYABLE : 0n };

  test.each(Object.keys(HINTS) as Hint[])('a notice of %s', (hint) => {
    const notice = { ...NOTICE, ...HINTS[hint] };
    expect(decideNotice(orderIn(situation), notice, context)).toBe(expectedHint(situation, hint));
  });

  test('a notice about the invoice of another order', () => {
    const outcome = (type: string) =>
      decideNotice(orderIn(situation), { ...NOTICE, type }, { ...context, invoiceOfAnother: true });
    expect(outcome('invoice.paid')).toBe('other_invoice');
    expect(outcome('invoice.expired')).toBe('other_invoice');
    expect(outcome('invoice.viewed')).toBe('noted');
  });
});

test('the same invoice id at another provider is another invoice; without an invoice there is nothing to compare', () => {
  const notice = { ...NOTICE, provider: 'x-pay' };
  expect(decideNotice(orderIn('PENDING_PAYMENT'), notice, CLEAN)).toBe('other_invoice');
  expect(decideNotice(orderIn('PENDING_PAYMENT', { invoiceId: null }), notice, CLEAN)).toBe('settled');
});

test('a notice of an unknown order is an exception, unless nobody knows its type', () => {
  for (const type of ['invoice.paid', 'invoice.refunded', 'invoice.failed']) {
    expect(decideNotice(undefined, { ...NOTICE, type }, CLEAN)).toBe('unknown_order');
  }
  expect(decideNotice(undefined, { ...NOTICE, type: 'account.updated' }, CLEAN)).toBe('noted');
});

test('an invoice that expires contradicts no credit that an operator approved below the sum', () => {
  const expired = { ...NOTICE, type: 'invoice.expired', paid: null };
  expect(decideNotice(orderIn('PAID'), expired, { ...CLEAN, received: PAYABLE - 1n })).toBe('hint');
  expect(decideNotice(orderIn('PAID'), expired, { ...CLEAN, received: PAYABLE })).toBe('contradicts_payment');
});

const NOTHING: ReceivedSums = { paid: 0n, refunded: 0n, leftInRefunded: 0n, hasForeign: false };
const FIRST: ReceivedContext = {
  before: { paid: 0n, refunded: 0n },
  foreignRose: false,
  claimedRefund: null,
  refundReported: null,
};

const ANSWERS = {
  'nothing received': NOTHING,
  'a part': { ...NOTHING, paid: 400_000n },
  'a rupiah too little': { ...NOTHING, paid: PAYABLE - 1n },
  'exactly the sum': { ...NOTHING, paid: PAYABLE },
  'a fee on top': { ...NOTHING, paid: PAYABLE + 4000n },
  'the sum and all of it given back': { ...NOTHING, paid: PAYABLE, refunded: PAYABLE },
  'the sum and a part of it given back': { ...NOTHING, paid: PAYABLE, refunded: 1n },
  'too much, and the surplus given back': { ...NOTHING, paid: PAYABLE + 4000n, refunded: 4000n },
  'the sum in a refunded invoice': { ...NOTHING, paid: PAYABLE + 1n, refunded: 1n, leftInRefunded: PAYABLE },
  'a refunded invoice, and the sum in another': { ...NOTHING, paid: 2n * PAYABLE, refunded: PAYABLE },
  'another currency': { ...NOTHING, hasForeign: true },
  'the sum, and another currency': { ...NOTHING, paid: PAYABLE, hasForeign: true },
} satisfies Record<string, ReceivedSums>;
type Answer = keyof typeof ANSWERS;

const STAYS: ReceivedDecision = { walk: [], reviewReason: undefined, exceptions: [] };
const surplus = (amount: bigint | null): MoneyException => ({ outcome: 'surplus', amount });
const refunded = (amount: bigint | null): MoneyException => ({ outcome: 'refunded', amount });
const credit = (...exceptions: MoneyException[]): ReceivedDecision => ({ ...STAYS, walk: ['PAID'], exceptions });
const review = (reviewReason: 'UNDERPAID' | 'WRONG_CURRENCY'): ReceivedDecision => ({
  ...STAYS,
  walk: ['PAYMENT_REVIEW'],
  reviewReason,
});

/** domain.md 8.1, by hand: an order that awaits its payment, by the provider's answer. */
const WHILE_WAITING: Record<Answer, ReceivedDecision> = {
  'nothing received': STAYS,
  'a part': review('UNDERPAID'),
  'a rupiah too little': review('UNDERPAID'),
  'exactly the sum': credit(),
  'a fee on top': credit(surplus(4000n)),
  'the sum and all of it given back': { ...STAYS, walk: ['PAYMENT_REVIEW', 'REFUNDED'] },
  'the sum and a part of it given back': review('UNDERPAID'),
  'too much, and the surplus given back': credit(refunded(4000n)),
  'the sum in a refunded invoice': review('UNDERPAID'),
  'a refunded invoice, and the sum in another': credit(refunded(PAYABLE)),
  'another currency': review('WRONG_CURRENCY'),
  'the sum, and another currency': review('WRONG_CURRENCY'),
};
const staysFor = (reviewReason: 'UNDERPAID' | 'WRONG_CURRENCY' | undefined) => ({ ...STAYS, reviewReason });
const UNDER_REVIEW: Record<Answer, ReceivedDecision> = {
  ...WHILE_WAITING,
  'a part': staysFor('UNDERPAID'),
  'a rupiah too little': staysFor('UNDERPAID'),
  'the sum and all of it given back': { ...STAYS, walk: ['REFUNDED'] },
  'the sum and a part of it given back': staysFor('UNDERPAID'),
  'the sum in a refunded invoice': staysFor('UNDERPAID'),
  'another currency': staysFor('WRONG_CURRENCY'),
  'the sum, and another currency': staysFor('WRONG_CURRENCY'),
};
const tells = (...exceptions: MoneyException[]): ReceivedDecision => ({ ...STAYS, exceptions });
const ONCE_CREDITED: Record<Answer, ReceivedDecision> = {
  'nothing received': STAYS,
  'a part': STAYS,
  'a rupiah too little': STAYS,
  'exactly the sum': STAYS,
  'a fee on top': tells(surplus(4000n)),
  'the sum and all of it given back': tells(refunded(PAYABLE)),
  'the sum and a part of it given back': tells(refunded(1n)),
  'too much, and the surplus given back': tells(refunded(4000n)),
  'the sum in a refunded invoice': tells(refunded(1n)),
  'a refunded invoice, and the sum in another': tells(refunded(PAYABLE)),
  'another currency': STAYS,
  'the sum, and another currency': STAYS,
};
/** An operator closed the order: whatever comes in afterwards is too much, and what goes back is expected. */
const ONCE_REFUNDED = Object.fromEntries(
  Object.entries(ANSWERS).map(([answer, { paid }]) => [answer, paid > 0n ? tells(surplus(paid)) : STAYS]),
) as Record<Answer, ReceivedDecision>;

function expectedDecision(situation: Situation, answer: Answer): ReceivedDecision {
  if ((WAITING as readonly string[]).includes(situation)) return WHILE_WAITING[answer];
  if (situation === 'PAYMENT_REVIEW') return UNDER_REVIEW[answer];
  if ((CREDITED as readonly string[]).includes(situation)) return ONCE_CREDITED[answer];
  return situation === 'REFUNDED' ? ONCE_REFUNDED[answer] : STAYS;
}

describe.each(SITUATIONS)('asked about an order that is %s', (situation) => {
  test.each(Object.keys(ANSWERS) as Answer[])('the provider answers: %s', (answer) => {
    const decision = decideReceived(orderIn(situation), ANSWERS[answer], FIRST);
    expect(decision).toEqual(expectedDecision(situation, answer));
  });
});

describe('an exception names what earlier ones do not', () => {
  const over = (paid: bigint, context: Partial<ReceivedContext>) =>
    decideReceived(orderIn('COMPLETED'), { ...NOTHING, paid }, { ...FIRST, ...context }).exceptions;
  const back = (refundedSum: bigint, context: Partial<ReceivedContext>) =>
    decideReceived(orderIn('COMPLETED'), { ...NOTHING, paid: PAYABLE, refunded: refundedSum }, { ...FIRST, ...context })
      .exceptions;

  test('of a surplus', () => {
    const before = { paid: PAYABLE + 4000n, refunded: 0n };
    expect(over(PAYABLE + 4000n, { before })).toEqual([]);
    expect(over(PAYABLE + 7000n, { before })).toEqual([surplus(3000n)]);
    expect(over(PAYABLE + 7000n, { before: { paid: PAYABLE - 1n, refunded: 0n } })).toEqual([surplus(7000n)]);
  });

  test('of a surplus that comes again after it was given back', () => {
    const sums = { ...NOTHING, paid: PAYABLE + 8000n, refunded: 4000n };
    const again = (before: ReceivedContext['before']) =>
      decideReceived(orderIn('COMPLETED'), sums, { ...FIRST, before, refundReported: 4000n }).exceptions;
    expect(again({ paid: PAYABLE + 4000n, refunded: 4000n })).toEqual([surplus(4000n)]);
    expect(again({ paid: PAYABLE + 8000n, refunded: 4000n })).toEqual([]);
  });

  test('of a surplus that is seen when the rest arrives', () => {
    const sums = { ...NOTHING, paid: PAYABLE + 4000n };
    const before = { paid: PAYABLE + 3000n, refunded: 0n };
    expect(decideReceived(orderIn('PAYMENT_REVIEW'), sums, { ...FIRST, before })).toEqual(credit(surplus(4000n)));
  });

  test('of money that was given back, as the answer shows it or as a notice claims it', () => {
    expect(back(700n, { refundReported: 700n })).toEqual([]);
    expect(back(700n, { refundReported: 300n })).toEqual([refunded(400n)]);
    expect(back(0n, { claimedRefund: 700n })).toEqual([refunded(700n)]);
    expect(back(700n, { claimedRefund: 300n })).toEqual([refunded(700n)]);
    expect(back(0n, { claimedRefund: 700n, refundReported: 700n })).toEqual([]);
  });

  test('of a chargeback without a sum, once', () => {
    expect(back(0n, { claimedRefund: 0n })).toEqual([refunded(null)]);
    expect(back(0n, { claimedRefund: 0n, refundReported: 0n })).toEqual([]);
    expect(back(0n, { claimedRefund: null, refundReported: null })).toEqual([]);
  });

  test('of another currency after the credit, or after the refund', () => {
    const sums = { ...NOTHING, hasForeign: true };
    const exceptions = (situation: Situation) =>
      decideReceived(orderIn(situation), sums, { ...FIRST, foreignRose: true }).exceptions;
    expect(exceptions('PAID')).toEqual([surplus(null)]);
    expect(exceptions('REFUNDED')).toEqual([surplus(null)]);
    expect(exceptions('PENDING_PAYMENT')).toEqual([]);
    expect(exceptions('PAYMENT_REVIEW')).toEqual([]);
  });

  test('of a payment after the refund', () => {
    const sums = { ...NOTHING, paid: PAYABLE };
    expect(decideReceived(orderIn('REFUNDED'), sums, { ...FIRST, before: { paid: PAYABLE, refunded: 0n } })).toEqual(
      STAYS,
    );
    const before = { paid: 400_000n, refunded: 400_000n };
    expect(decideReceived(orderIn('REFUNDED'), sums, { ...FIRST, before })).toEqual(tells(surplus(600_000n)));
  });
});

test('an unreadable order that turns out to be unpaid keeps its reason', () => {
  expect(decideReceived(orderIn('PAYMENT_REVIEW'), NOTHING, FIRST)).toEqual(STAYS);
});

test('the outcomes that alert an operator are exactly those that do not take the normal course', () => {
  expect([...PAYMENT_EXCEPTIONS].toSorted()).toEqual([
    'contradicts_payment',
    'implausible_time',
    'not_payable',
    'other_invoice',
    'refunded',
    'review_overdue',
    'second_payment',
    'surplus',
    'to_give_back',
    'unknown_order',
  ]);
});
