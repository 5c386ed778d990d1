import { describe, expect, test } from 'vitest';
import { startOfDayBeforeYesterday } from '../../../src/operators/index.ts';
import { type Books, compareBooks } from '../../../src/operators/rules/compare-books.ts';

const PAID_HERE = { status: 'COMPLETED', total: 1_000_000n, payable: 1_000_000n, piNumber: 'PI/1' } as const;
const PI = { number: 'PI/1', amount: 1_000_000n };

/** All three agree: paid, credited and booked. */
const AGREED: Books = { order: PAID_HERE, received: 1_000_000n, foreign: [], payableInvoices: [], pi: PI };
const compared = (changes: Partial<Books>) =>
  compareBooks({ ...AGREED, ...changes }).map(({ kind, detail }) => `${kind}: ${detail}`);
const unpaid = (status: 'DRAFT' | 'PENDING_PAYMENT' | 'EXPIRED' | 'CANCELLED') =>
  ({ ...PAID_HERE, status, piNumber: null }) as const;

test('three books that agree have no difference', () => {
  expect(compared({})).toEqual([]);
  expect(compared({ order: unpaid('PENDING_PAYMENT'), received: 0n, pi: undefined })).toEqual([]);
  expect(compared({ order: undefined, received: 0n, pi: undefined })).toEqual([]);
});

describe('an order that we do not have', () => {
  test('is unknown with the money and the PI that the others have', () => {
    expect(compared({ order: undefined, pi: undefined })).toEqual([
      'order_unknown: The provider received Rp1.000.000, and we have no such order.',
    ]);
    expect(compared({ order: undefined })).toEqual([
      'order_unknown: The provider received Rp1.000.000, and we have no such order. Accounting has booked it as PI/1 over Rp1.000.000.',
    ]);
  });

  test('is unknown while somebody can still pay its invoice', () => {
    expect(compared({ order: undefined, received: 0n, pi: undefined, payableInvoices: ['inv_1'] })).toEqual([
      'order_unknown: Invoice inv_1 can still be paid, and we have no such order.',
    ]);
  });

  test('is unknown after all money went back, if accounting still has it', () => {
    expect(compared({ order: undefined, received: 0n })).toEqual([
      'order_unknown: We have no such order. Accounting has booked it as PI/1 over Rp1.000.000.',
    ]);
  });
});

describe('an order that is not credited here', () => {
  test.each(['DRAFT', 'PENDING_PAYMENT', 'EXPIRED', 'CANCELLED'] as const)('%s, and paid there', (status) => {
    expect(compared({ order: unpaid(status), pi: undefined })).toEqual([
      `payment_not_credited: The provider received Rp1.000.000 of Rp1.000.000, and the order is ${status} here.`,
    ]);
  });

  test('and booked there too', () => {
    expect(compared({ order: unpaid('EXPIRED') })).toEqual([
      'payment_not_credited: The provider received Rp1.000.000 of Rp1.000.000, and the order is EXPIRED here.',
      'pi_not_stored: Accounting has booked it as PI/1, and the order is EXPIRED here.',
    ]);
  });

  test('and paid in another currency', () => {
    const foreign = { order: unpaid('EXPIRED'), received: 0n, foreign: ['USD 61.25'], pi: undefined };
    expect(compared(foreign)).toEqual([
      'payment_not_credited: The provider received USD 61.25 of Rp1.000.000, and the order is EXPIRED here.',
    ]);
  });

  test('and under review: the list of open payments has it', () => {
    const order = { ...PAID_HERE, status: 'PAYMENT_REVIEW', piNumber: null } as const;
    expect(compared({ order, received: 400_000n, pi: undefined })).toEqual([]);
  });
});

describe('an order that is credited here', () => {
  test.each([
    [0n, 'Rp0'],
    [400_000n, 'Rp400.000'],
    [1_400_000n, 'Rp1.400.000'],
  ])('and for which the provider has received %s', (received, sum) => {
    expect(compared({ received })).toEqual([
      `sums_differ: The provider received ${sum}, and the order, which is COMPLETED, asked for Rp1.000.000.`,
    ]);
  });

  test('and that accounting has booked under another number or over another sum', () => {
    expect(compared({ pi: { number: 'PI/2', amount: 1_000_000n } })).toEqual([
      'pi_not_stored: Accounting has booked it as PI/2, and we have PI/1.',
    ]);
    expect(compared({ pi: { number: 'PI/1', amount: 900_000n } })).toEqual([
      "sums_differ: Accounting has booked Rp900.000 as PI/1, and the order's total is Rp1.000.000.",
    ]);
  });

  test('and awaits its booking, which accounting has made', () => {
    expect(compared({ order: { ...PAID_HERE, status: 'PAID', piNumber: null } })).toEqual([
      'pi_not_stored: Accounting has booked it as PI/1, and the order is PAID here.',
    ]);
  });
});

test('a REFUNDED order may have received anything: an operator has decided about it', () => {
  expect(compared({ order: { ...PAID_HERE, status: 'REFUNDED' }, received: 0n })).toEqual([]);
  expect(compared({ order: { ...PAID_HERE, status: 'REFUNDED' } })).toEqual([]);
});

test.each([
  ['2026-11-29T20:30:00Z', '2026-11-27T17:00:00.000Z'],
  ['2026-11-30T16:59:59Z', '2026-11-27T17:00:00.000Z'],
  ['2026-11-30T17:00:00Z', '2026-11-28T17:00:00.000Z'],
])('at %s the day before yesterday began in Jakarta at %s', (at, expected) => {
  expect(startOfDayBeforeYesterday(new Date(at)).toISOString()).toBe(expected);
});
