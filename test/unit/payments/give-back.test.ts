import { expect, test } from 'vitest';
import { giveBackOf, type Movement, type NamedMoney } from '../../../src/payments/rules/give-back.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 3, minute));
const named = (minute: number, amount: bigint | null, closedBy: string | null = null): NamedMoney => ({
  id: `named ${minute}`,
  at: at(minute),
  outcome: minute < 30 ? 'surplus' : 'to_give_back',
  amount,
  closedBy,
});
const went = (minute: number, amount: bigint, by: Movement['by'] = 'SHOWN'): Movement => ({
  at: at(minute),
  amount,
  by,
});
const still = (exceptions: readonly NamedMoney[], ...movements: Movement[]) => giveBackOf(exceptions, movements).still;

test('what is named still has to go back, until it went back', () => {
  expect(still([named(1, 4000n)])).toBe(4000n);
  expect(still([named(1, 4000n)], went(2, 1500n))).toBe(2500n);
  expect(still([named(1, 4000n)], went(2, 1500n), went(3, 2500n))).toBe(0n);
  expect(giveBackOf([named(1, 4000n)], [went(2, 9000n)])).toMatchObject({ still: 0n, returned: 9000n });
});

test('money that went back before an exception does not answer it', () => {
  expect(still([named(5, 4000n)], went(2, 4000n))).toBe(4000n);
  expect(still([named(5, 4000n)], went(5, 4000n))).toBe(4000n);
});

test('a movement answers the oldest exception first, and each of them once', () => {
  const both = [named(40, 600n), named(1, 200n)];
  expect(Object.fromEntries(giveBackOf(both, [went(50, 300n)]).stillById)).toEqual({ 'named 1': 0n, 'named 40': 500n });
  // A chargeback before the refund took the surplus and a part of the price: the rest of it answers no later exception.
  expect(still(both, went(10, 500n))).toBe(600n);
});

test('what an operator recorded and the provider shows is one give-back, whichever comes first', () => {
  const surplus = [named(1, 4000n)];
  expect(still(surplus, went(2, 1500n, 'PROVIDER'), went(3, 1500n))).toBe(2500n);
  expect(still(surplus, went(2, 1500n), went(3, 1500n, 'PROVIDER'))).toBe(2500n);
  expect(giveBackOf(surplus, [went(2, 1500n, 'PROVIDER'), went(3, 4000n)]).returned).toBe(4000n);
});

test('a transfer past the provider counts beside what the provider shows', () => {
  expect(giveBackOf([named(1, 4000n)], [went(2, 1500n), went(3, 1500n, 'TRANSFER')])).toMatchObject({
    still: 1000n,
    returned: 3000n,
  });
});

test('an exception that an operator closed is settled in another way; one that the system closed was answered', () => {
  expect(still([named(1, 4000n, 'rina@finance')])).toBe(0n);
  expect(still([named(1, 200n, 'system'), named(40, 600n)], went(2, 200n))).toBe(600n);
});

test('money of an unknown sum has to go back until its exception is closed', () => {
  expect(giveBackOf([named(1, null)], [])).toMatchObject({ still: 0n, hasUnknown: true });
  expect(giveBackOf([named(1, null, 'system')], []).hasUnknown).toBe(false);
});
