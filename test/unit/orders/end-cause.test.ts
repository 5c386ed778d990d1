import { expect, test } from 'vitest';
import { endCauseOf } from '../../../src/orders/rules/end-cause.ts';

test.each([
  ['time: unpaid, and the provider says so', 'UNPAID'],
  ['payment provider: the invoice is expired', 'INVOICE_EXPIRED'],
  ['payment provider: the invoice is void', 'INVOICE_VOID'],
  ['payment provider: the invoice is unknown for good', 'INVOICE_LOST'],
  ['payment provider: the invoice is refused', 'INVOICE_REFUSED'],
  ['cancelTopupOrder', 'BUYER'],
  ['operator: cancelled', 'OPERATOR'],
  ['time: the quote ran out', undefined],
  ['payment: webhook', undefined],
  [undefined, undefined],
])('%j, as a timeline stores it, means %s', (cause, expected) => {
  expect(endCauseOf(cause)).toBe(expected);
});
