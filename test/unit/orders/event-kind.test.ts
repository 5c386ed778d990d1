import { expect, test } from 'vitest';
import { EVENT_KINDS, type EventKind, eventKind, isCallersStep } from '../../../src/orders/rules/event-kind.ts';
import type { OrderStatus } from '../../../src/orders/rules/order-state.ts';

test.each<[OrderStatus | null, OrderStatus, string, EventKind]>([
  [null, 'DRAFT', 'createTopupOrder', 'CREATED'],
  ['DRAFT', 'DRAFT', 'confirmOrder: price changed, quoted anew', 'QUOTED_ANEW'],
  ['DRAFT', 'PENDING_PAYMENT', 'confirmOrder', 'CONFIRMED'],
  ['PENDING_PAYMENT', 'PAID', 'payment: webhook', 'PAID'],
  ['EXPIRED', 'PAID', 'payment: poll', 'PAID'],
  ['PAID', 'COMPLETED', 'paid PI booked', 'BOOKED'],
  ['PENDING_PAYMENT', 'PAYMENT_REVIEW', 'payment: poll', 'REVIEW'],
  ['PAYMENT_REVIEW', 'REFUNDED', 'operator: refunded', 'REFUNDED'],
  ['DRAFT', 'EXPIRED', 'time: the quote ran out', 'EXPIRED'],
  ['DRAFT', 'CANCELLED', 'cancelTopupOrder', 'CANCELLED'],
  ['PENDING_PAYMENT', 'CANCELLED', 'payment provider: the invoice is void', 'CANCELLED'],
  ['PENDING_PAYMENT', 'CANCELLED', 'payment provider: the invoice is refused', 'PAYMENT_REFUSED'],
  ['PAID', 'PAID', 'operator: retried', 'OPERATOR_ACTED'],
  ['PAID', 'PAID', 'payment exception not_payable closed: credited', 'OPERATOR_ACTED'],
  ['PAYMENT_REVIEW', 'PAYMENT_REVIEW', 'payment received: check', 'PAYMENT_RECEIVED'],
  ['COMPLETED', 'COMPLETED', 'payment received: poll', 'PAYMENT_RECEIVED'],
])('%s to %s by "%s" is %s', (from, to, cause, kind) => {
  expect(EVENT_KINDS).toContain(kind);
  expect(eventKind({ from, to, cause })).toBe(kind);
});

test('only steps of callers have an actor that buyers see', () => {
  const shown = ['createTopupOrder', 'confirmOrder', 'confirmOrder: price changed, quoted anew', 'cancelTopupOrder'];
  const hidden = ['operator: cancelled', 'payment: webhook', 'time: the quote ran out', 'paid PI booked'];
  expect(shown.map((cause) => isCallersStep({ cause }))).toEqual([true, true, true, true]);
  expect(hidden.map((cause) => isCallersStep({ cause }))).toEqual([false, false, false, false]);
});
