import { describe, expect, test } from 'vitest';
import {
  AWAITS_SETTLEMENT,
  canMove,
  ORDER_STATUSES,
  type OrderStatus,
  TRANSITIONS,
} from '../../../src/orders/rules/order-state.ts';

/** domain.md 8, row by row. */
const ALLOWED: [OrderStatus, OrderStatus][] = [
  ['DRAFT', 'PENDING_PAYMENT'],
  ['DRAFT', 'EXPIRED'],
  ['PENDING_PAYMENT', 'EXPIRED'],
  ['DRAFT', 'CANCELLED'],
  ['PENDING_PAYMENT', 'CANCELLED'],
  ['PENDING_PAYMENT', 'PAID'],
  ['EXPIRED', 'PAID'],
  ['CANCELLED', 'PAID'],
  ['PENDING_PAYMENT', 'PAYMENT_REVIEW'],
  ['EXPIRED', 'PAYMENT_REVIEW'],
  ['CANCELLED', 'PAYMENT_REVIEW'],
  ['PAYMENT_REVIEW', 'PAID'],
  ['PAYMENT_REVIEW', 'REFUNDED'],
  ['PAID', 'COMPLETED'],
  ['PAID', 'REFUNDED'],
  ['COMPLETED', 'REFUNDED'],
];

const EVERY_PAIR = ORDER_STATUSES.flatMap((from) => ORDER_STATUSES.map((to): [OrderStatus, OrderStatus] => [from, to]));

describe('the states of an order', () => {
  test.each(EVERY_PAIR)('allow %s → %s exactly as the product says', (from, to) => {
    const expected = ALLOWED.some(([a, b]) => a === from && b === to);
    expect(canMove(from, to)).toBe(expected);
  });

  test('start with DRAFT alone', () => {
    expect(TRANSITIONS.filter(({ from }) => from === null).map(({ to }) => to)).toEqual(['DRAFT']);
  });

  test('have no transition twice', () => {
    const ways = TRANSITIONS.map(({ from, to }) => `${from} → ${to}`);
    expect(new Set(ways).size).toBe(ways.length);
  });

  test('are all reachable from DRAFT', () => {
    const reached = new Set<OrderStatus>(['DRAFT']);
    for (const from of reached) for (const to of ORDER_STATUSES) if (canMove(from, to)) reached.add(to);
    expect([...reached].toSorted()).toEqual([...ORDER_STATUSES].toSorted());
  });

  test('lead every paid order to completion, and only an operator takes it elsewhere', () => {
    expect(ORDER_STATUSES.filter((to) => canMove('PAID', to))).toEqual(['COMPLETED', 'REFUNDED']);
    expect(TRANSITIONS.filter(({ from, to }) => from === 'PAID' && to === 'REFUNDED')).toMatchObject([
      { by: 'operator' },
    ]);
    expect(ORDER_STATUSES.filter((to) => canMove('COMPLETED', to))).toEqual(['REFUNDED']);
    expect(ORDER_STATUSES.filter((to) => canMove('REFUNDED', to))).toEqual([]);
  });

  test('accept a payment while an order waits, has expired or was cancelled', () => {
    expect([...AWAITS_SETTLEMENT].toSorted()).toEqual(['CANCELLED', 'EXPIRED', 'PENDING_PAYMENT']);
  });
});
