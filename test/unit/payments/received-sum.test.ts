import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rupiahAmount } from '../../../src/kernel/amount.ts';
import type { Invoice } from '../../../src/payments/provider.ts';
import { paymentStatus } from '../../../src/payments/rules/payment-status.ts';
import { paymentTime } from '../../../src/payments/rules/payment-time.ts';
import { type MoneyStep, newSteps, paymentsWithoutMove, sumsOf } from '../../../src/payments/rules/received-sum.ts';

const invoice = (changes: Partial<Invoice> = {}): Invoice => ({
  id: 'inv_1',
  externalId: 'TU-1',
  status: 'pending',
  amount: rupiahAmount(1_000_000n),
  paymentUrl: undefined,
  paid: null,
  refunded: 0n,
  paidAt: undefined,
  paymentMethod: null,
  expiresAt: undefined,
  ...changes,
});
const step = (amount: bigint, changes: Partial<MoneyStep> = {}): MoneyStep => ({
  kind: amount < 0n ? 'REFUND' : 'PAYMENT',
  provider: 'mekari-pay',
  invoiceId: 'inv_1',
  amount,
  originalAmount: String(amount < 0n ? -amount : amount),
  originalCurrency: 'IDR',
  ...changes,
});
const amountsOf = (known: MoneyStep[], ...invoices: Invoice[]) =>
  newSteps(known, 'mekari-pay', invoices).map(({ kind, invoiceId, amount }) => [kind, invoiceId, amount]);
const usd = (text: string) => ({ text, currency: 'USD', rupiah: null });

describe('the steps that an answer adds', () => {
  test('are the rises of what is stored, invoice by invoice', () => {
    const first = invoice({ paid: rupiahAmount(400n) });
    expect(amountsOf([], first, invoice({ id: 'inv_2' }))).toEqual([['PAYMENT', 'inv_1', 400n]]);
    expect(amountsOf([step(400n)], first)).toEqual([]);
    expect(amountsOf([step(400n)], invoice({ paid: rupiahAmount(1000n) }))).toEqual([['PAYMENT', 'inv_1', 600n]]);
    expect(amountsOf([step(400n)], invoice({ id: 'inv_2', paid: rupiahAmount(600n) }))).toEqual([
      ['PAYMENT', 'inv_2', 600n],
    ]);
  });

  test('are none if an older answer arrives late', () => {
    expect(amountsOf([step(1000n), step(-300n)], invoice({ paid: rupiahAmount(400n), refunded: 100n }))).toEqual([]);
  });

  test('are below zero for money that was given back', () => {
    const back = invoice({ paid: rupiahAmount(1000n), refunded: 300n });
    expect(amountsOf([step(1000n)], back)).toEqual([['REFUND', 'inv_1', -300n]]);
    expect(amountsOf([step(1000n), step(-100n)], back)).toEqual([['REFUND', 'inv_1', -200n]]);
    expect(newSteps([step(1000n)], 'mekari-pay', [back])).toMatchObject([
      { amount: -300n, originalAmount: '300', originalCurrency: 'IDR' },
    ]);
  });

  test('are numbered invoice by invoice, and go on from those that are stored', () => {
    const numbersOf = (known: MoneyStep[], ...invoices: Invoice[]) =>
      newSteps(known, 'mekari-pay', invoices).map(({ invoiceId, stepNumber }) => [invoiceId, stepNumber]);
    const back = invoice({ paid: rupiahAmount(1000n), refunded: 300n });
    expect(numbersOf([], back, invoice({ id: 'inv_2', paid: rupiahAmount(5n) }))).toEqual([
      ['inv_1', 1],
      ['inv_1', 2],
      ['inv_2', 1],
    ]);
    expect(numbersOf([step(400n), step(100n), step(7n, { invoiceId: 'inv_2' })], back)).toEqual([
      ['inv_1', 3],
      ['inv_1', 4],
    ]);
  });

  test('do not mix two providers, or two currencies', () => {
    const paid = invoice({ paid: rupiahAmount(1000n) });
    expect(amountsOf([step(1000n, { provider: 'x-pay' })], paid)).toEqual([['PAYMENT', 'inv_1', 1000n]]);
    const inDollars = step(1n, { amount: null, originalAmount: '65.5', originalCurrency: 'USD' });
    expect(amountsOf([inDollars], paid)).toEqual([['PAYMENT', 'inv_1', 1000n]]);
    expect(newSteps([inDollars], 'mekari-pay', [invoice({ paid: usd('70') })])).toMatchObject([
      { amount: null, originalAmount: '4.5', originalCurrency: 'USD' },
    ]);
  });

  test('add up to the largest answer, in whatever order the answers come and however often', () => {
    const answers = fc.array(
      fc.record({ paid: fc.bigInt({ min: 0n, max: 9n }), refunded: fc.bigInt({ min: 0n, max: 9n }) }),
    );
    fc.assert(
      fc.property(answers, (given) => {
        const known: MoneyStep[] = [];
        for (const { paid, refunded } of given) {
          known.push(
            ...newSteps(known, 'mekari-pay', [invoice({ paid: paid === 0n ? null : rupiahAmount(paid), refunded })]),
          );
        }
        const largest = (of: 'paid' | 'refunded') =>
          given.reduce((most, each) => (each[of] > most ? each[of] : most), 0n);
        expect(sumsOf(known, [], false)).toMatchObject({ paid: largest('paid'), refunded: largest('refunded') });
      }),
    );
  });
});

test('sums: what lies in a refunded invoice, and another currency by a step or by a notice', () => {
  const steps = [step(1000n), step(-300n), step(500n, { invoiceId: 'inv_2' })];
  const invoices = [invoice({ status: 'refunded' }), invoice({ id: 'inv_2', status: 'partially_paid' })];
  expect(sumsOf(steps, invoices, false)).toEqual({
    paid: 1500n,
    refunded: 300n,
    leftInRefunded: 700n,
    hasForeign: false,
  });
  expect(sumsOf([], [], true).hasForeign).toBe(true);
  expect(sumsOf([step(1n), step(1n, { amount: null })], [], false).hasForeign).toBe(true);
});

describe('the time of a payment', () => {
  const confirmed = new Date('2026-11-22T10:00:00Z');
  const received = new Date('2026-11-22T12:00:00Z');
  const at = (time: string) => paymentTime(new Date(`2026-11-22T${time}Z`), confirmed, received);

  test.each(['09:50:00.000', '11:00:00.000', '12:10:00.000'])('%s lies in the life of the order', (time) => {
    expect(at(time)).toEqual({ at: new Date(`2026-11-22T${time}Z`), isReplaced: false });
  });
  test.each(['09:49:59.999', '12:10:00.001'])('%s does not: that of the receipt stands for it', (time) => {
    expect(at(time)).toEqual({ at: received, isReplaced: true });
  });
  test('that the provider does not tell is that of the receipt', () => {
    expect(paymentTime(null, confirmed, received)).toEqual({ at: received, isReplaced: false });
  });
});

describe('a payment', () => {
  const [part, back] = [step(400n), step(-100n)];

  test('of an answer that moves nothing has a step of its own, and money that went back has none', () => {
    expect(paymentsWithoutMove([part, back, part], [])).toEqual([part, part]);
  });
  test('of an answer that moves the order has none', () => {
    expect(paymentsWithoutMove([part], ['PAYMENT_REVIEW'])).toEqual([]);
  });
});

describe('what became of a payment', () => {
  const part = step(400n);
  test('follows the order', () => {
    expect(paymentStatus(part, [part], 'PAYMENT_REVIEW')).toBe('PENDING_SUM');
    expect(paymentStatus(part, [part], 'PAID')).toBe('ACCEPTED');
    expect(paymentStatus(part, [part], 'COMPLETED')).toBe('ACCEPTED');
    expect(paymentStatus(part, [part], 'REFUNDED')).toBe('REFUNDED');
  });
  test('follows the money that went back from its invoice, once that is all', () => {
    const other = step(-400n, { invoiceId: 'inv_2' });
    expect(paymentStatus(part, [part, step(-100n)], 'PAID')).toBe('ACCEPTED');
    expect(paymentStatus(part, [part, step(-400n)], 'PAID')).toBe('REFUNDED');
    expect(paymentStatus(part, [part, other], 'PAYMENT_REVIEW')).toBe('PENDING_SUM');
  });
});
