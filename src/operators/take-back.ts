import type { EntityManager } from 'typeorm';
import { jakartaDate } from '../kernel/jakarta.ts';
import { type Rupiah, sum } from '../kernel/money.ts';
import { enterEntries, lockBalances } from '../ledger/index.ts';
import type { TopupOrder, TopupOrderLine } from '../orders/index.ts';
import { OperatorRefusal } from './operator-refusal.ts';
import { paidForUnits } from './rules/paid-for-units.ts';
import { unusedOf } from './rules/unused-quota.ts';

interface TakeBack {
  /** The units to take back, by quota code. */
  takeBack: ReadonlyMap<string, bigint>;
  /** No unit need be taken back. */
  mayBeNothing: boolean;
  /** Outstanding excess by quota code, read before the transaction. */
  outstanding: ReadonlyMap<string, bigint>;
  at: Date;
}

/**
 * Takes unused units of an order back by compensating entries in the ledger, and returns the sum that was paid for them. Throws an
 * OperatorRefusal for more than is unused.
 */
export async function takeBackLines(
  tx: EntityManager,
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  request: TakeBack,
): Promise<Rupiah> {
  if (lines.length === 0) return 0n;
  const balances = await lockBalances(tx, order.organizationId);
  const unused = new Map(
    lines.map((line) => {
      const balance = balances.get(line.quotaCode) ?? 0n;
      const outstandingExcess = request.outstanding.get(line.quotaCode);
      // The order was not credited when the excess was read.
      if (outstandingExcess === undefined) return refuseChanged(order);
      return [line.quotaCode, unusedOf(line, { balance, outstandingExcess }, jakartaDate(request.at))];
    }),
  );
  assertUnused(order, lines, unused, request);
  const taken = lines
    .map((line) => ({ line, units: request.takeBack.get(line.quotaCode) ?? 0n }))
    .filter(({ units }) => units > 0n);
  const entries = taken.map(({ line, units }) => ({
    organizationId: order.organizationId,
    orderLineId: line.id,
    quotaCode: line.quotaCode,
    kind: 'REFUND' as const,
    quantity: -units,
    period: null,
  }));
  if (entries.length > 0) await enterEntries(tx, entries, request.at);
  return sum(taken.map(({ line, units }) => paidForUnits(line, units)));
}

/** Refuses a decision on an order that moved after the neighbours were asked. */
export function refuseChanged({ number }: TopupOrder): never {
  throw new OperatorRefusal(`${number} has just changed: try again.`);
}

/** Refuses with the figures of each quota: requested, credited, unused. */
function assertUnused(
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  unused: ReadonlyMap<string, bigint>,
  { takeBack, mayBeNothing }: TakeBack,
): void {
  const credited = new Map(lines.map((line) => [line.quotaCode, line]));
  const faults = [...takeBack].flatMap(([code, units]) => {
    const line = credited.get(code);
    const most = unused.get(code) ?? 0n;
    if (line === undefined) return [`${code} is not a top-up of this order`];
    if (units < 0n) return [`${code}: ${units} is not a quantity`];
    if (units > most)
      return [`${code}: ${units} units requested, at most ${most} of the ${line.credits} credited can be taken back`];
    if (units % line.multiplier !== 0n)
      return [`${code} is sold in units of ${line.multiplier}, and ${units} is not a multiple of it`];
    return [];
  });
  if (faults.length === 0 && !mayBeNothing && sum(takeBack.values()) === 0n) {
    const most = lines.map(({ quotaCode }) => `${quotaCode}=${unused.get(quotaCode)}`).join(' ');
    faults.push(`give the unused units of each quota with --take-back, at most ${most}`);
  }
  if (faults.length > 0) throw new OperatorRefusal(`${order.number} was not refunded: ${faults.join('; ')}.`);
}
