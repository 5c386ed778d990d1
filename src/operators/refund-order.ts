import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { type Rupiah, sum } from '../kernel/money.ts';
import { enterEntries, lockBalances } from '../ledger/index.ts';
import { linesOfOrder, moveOrder, orderNumbered, type TopupOrder, type TopupOrderLine } from '../orders/index.ts';
import { noSuchOrder, withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';
import type { OutstandingExcess } from './outstanding-excess.ts';
import { unusedOf } from './rules/unused-quota.ts';

export interface RefundRequest extends Signed {
  /** The units to take back, by quota code; empty for an order under review, which has no credits. */
  takeBack: ReadonlyMap<string, bigint>;
}

export interface Refund {
  order: TopupOrder;
  /** The price of the units that were taken back; 0 for an order under review. */
  amount: Rupiah;
}

interface RefundParts {
  database: DataSource;
  clock: Clock;
  outstandingExcess: OutstandingExcess;
}

/**
 * Refunds an order: PAYMENT_REVIEW → REFUNDED, or COMPLETED → REFUNDED with compensating entries in the ledger. Only
 * marks it: an operator returns the money at Mekari Pay, by hand. Used quota is not refunded, so settled excess never
 * is. Accounting is booking a PAID order, so it must be COMPLETED first. A repeat finds the order REFUNDED and is refused.
 */
export async function refundOrder(parts: RefundParts, orderNumber: string, request: RefundRequest): Promise<Refund> {
  const { database, clock } = parts;
  const outstanding = await outstandingOf(parts, orderNumber);
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    const refusal = refusalOf(order, request);
    if (refusal !== undefined) throw new OperatorRefusal(refusal);
    const { actor, reason } = request;
    const cause = { at: clock.now(), cause: 'operator: refunded', actor, reason };
    const lines = await topupLines(tx, order);
    const amount = await takeBackLines(tx, order, lines, { ...request, outstanding, at: cause.at });
    await moveOrder(tx, order, 'REFUNDED', cause);
    return { order, amount };
  });
}

/** Reads the outstanding excess before the transaction: no neighbour is called inside one. */
async function outstandingOf({ database, outstandingExcess }: RefundParts, orderNumber: string) {
  const order = await orderNumbered(database, orderNumber);
  if (order === null) throw noSuchOrder(orderNumber);
  const outstanding = new Map<string, bigint>();
  if (order.status !== 'COMPLETED') return outstanding;
  for (const { quotaCode } of await topupLines(database.manager, order)) {
    outstanding.set(quotaCode, await outstandingExcess(order.organizationId, quotaCode));
  }
  return outstanding;
}

function refusalOf({ number, status }: TopupOrder, { takeBack }: RefundRequest): string | undefined {
  if (status === 'PAID') return `${number} is PAID, and accounting is booking it: refund it when it is COMPLETED.`;
  if (status !== 'PAYMENT_REVIEW' && status !== 'COMPLETED') {
    return `${number} is ${status}: only an order in PAYMENT_REVIEW or COMPLETED can be refunded.`;
  }
  if (status === 'PAYMENT_REVIEW' && takeBack.size > 0)
    return `${number} is under review and was never credited: leave out --take-back.`;
  return undefined;
}

const topupLines = async (tx: EntityManager, order: TopupOrder) =>
  (await linesOfOrder(tx, order.id)).filter(({ kind }) => kind === 'TOPUP');

async function takeBackLines(
  tx: EntityManager,
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  request: { takeBack: ReadonlyMap<string, bigint>; outstanding: ReadonlyMap<string, bigint>; at: Date },
): Promise<Rupiah> {
  if (order.status !== 'COMPLETED') return 0n;
  const balances = await lockBalances(tx, order.organizationId);
  const unused = new Map(
    lines.map((line) => {
      const balance = balances.get(line.quotaCode) ?? 0n;
      const outstandingExcess = request.outstanding.get(line.quotaCode);
      // The order was not COMPLETED when the excess was read.
      if (outstandingExcess === undefined) throw new OperatorRefusal(`${order.number} has just changed: try again.`);
      return [line.quotaCode, unusedOf(line, { balance, outstandingExcess }, jakartaDate(request.at))];
    }),
  );
  assertUnused(order, lines, unused, request.takeBack);
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
  await enterEntries(tx, entries, request.at);
  return sum(taken.map(({ line, units }) => (units / line.multiplier) * line.unitPrice));
}

/** Refuses with the figures of each quota: requested, credited, unused. */
function assertUnused(
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  unused: ReadonlyMap<string, bigint>,
  takeBack: ReadonlyMap<string, bigint>,
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
  if (faults.length === 0 && sum(takeBack.values()) === 0n) {
    const most = lines.map(({ quotaCode }) => `${quotaCode}=${unused.get(quotaCode)}`).join(' ');
    faults.push(`give the unused units of each quota with --take-back, at most ${most}`);
  }
  if (faults.length > 0) throw new OperatorRefusal(`${order.number} was not refunded: ${faults.join('; ')}.`);
}
