import type { EntityManager } from 'typeorm';
import { newId } from '../kernel/ids.ts';
import type { Quote, QuoteLine } from './quote.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

export async function insertLines(tx: EntityManager, orderId: string, lines: Quote['lines']): Promise<void> {
  await tx.insert(
    TopupOrderLine,
    lines.map((line, position) => ({ ...line, id: newId(), orderId, position })),
  );
}

/** A DRAFT that is quoted anew gets new lines. */
export async function replaceLines(tx: EntityManager, orderId: string, lines: Quote['lines']): Promise<void> {
  await tx.delete(TopupOrderLine, { orderId });
  await insertLines(tx, orderId, lines);
}

/** Takes the periods over from a quote of the same lines: the contract's end is frozen when the order is confirmed. */
export async function freezePeriods(
  tx: EntityManager,
  lines: readonly TopupOrderLine[],
  quoted: readonly QuoteLine[],
): Promise<void> {
  for (const line of lines) {
    const same = quoted.find(
      ({ kind, quotaCode, excessPeriod }) =>
        kind === line.kind && quotaCode === line.quotaCode && excessPeriod === line.excessPeriod,
    );
    if (same === undefined) throw new Error(`line ${line.id} is not in the quote that it was compared with`);
    const { periodStart, periodEnd } = same;
    await tx.update(TopupOrderLine, { id: line.id }, { periodStart, periodEnd });
  }
}
