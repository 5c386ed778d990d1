import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { CREDITED, lockOrder, recordStep, setSlip, type TopupOrder, type WithholdingSlip } from '../orders/index.ts';
import { inTransaction, rehearse } from '../platform/database/transaction.ts';
import { noSuchOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface SlipRequest extends Signed {
  number: string;
  /** undefined keeps the value that is recorded. */
  date?: string | undefined;
  taxInvoiceNumber?: string | undefined;
  /** Changes nothing, and returns the same. */
  isDryRun?: boolean;
}

export interface RecordedSlip {
  order: TopupOrder;
  slip: WithholdingSlip;
  /** The slip as it was; null before the first. */
  before: WithholdingSlip | null;
  outcome: 'RECORDED' | 'CORRECTED' | 'UNCHANGED';
}

/**
 * Records the slip of the tax that a buyer kept back (domain.md 10a). Another value is a correction: the timeline keeps both. The same
 * value again changes nothing, so a repeat after a crash is safe.
 */
export function recordSlip(
  { database, clock }: { database: DataSource; clock: Clock },
  orderNumber: string,
  request: SlipRequest,
): Promise<RecordedSlip> {
  const run = request.isDryRun === true ? rehearse : inTransaction;
  return run(database, async (tx) => {
    const order = await lockOrder(tx, { number: orderNumber });
    if (order === undefined) throw noSuchOrder(orderNumber);
    return enterSlip(tx, order, request, clock.now());
  });
}

async function enterSlip(tx: EntityManager, order: TopupOrder, request: SlipRequest, at: Date): Promise<RecordedSlip> {
  assertAwaits(order);
  const before = slipOf(order);
  const { number, date = before?.date ?? null, taxInvoiceNumber = before?.taxInvoiceNumber ?? null } = request;
  const slip = { number, date, taxInvoiceNumber };
  assertDay(slip, jakartaDate(at));
  if (before !== null && facts(before) === facts(slip)) return { order, slip, before, outcome: 'UNCHANGED' };
  await setSlip(tx, order, slip);
  const change = before === null ? `${facts(slip)} recorded` : `${facts(before)} corrected to ${facts(slip)}`;
  const { actor, reason } = request;
  await recordStep(tx, order, { at, cause: `operator: withholding slip ${change}`, actor, reason });
  return { order, slip, before, outcome: before === null ? 'RECORDED' : 'CORRECTED' };
}

function slipOf({ withholdingSlipNumber, withholdingSlipDate, taxInvoiceNumber }: TopupOrder): WithholdingSlip | null {
  if (withholdingSlipNumber === null) return null;
  return { number: withholdingSlipNumber, date: withholdingSlipDate, taxInvoiceNumber };
}

/** "BP-77 of 2026-12-03, tax invoice 010.000-26.00000001" */
function facts({ number, date, taxInvoiceNumber }: WithholdingSlip): string {
  return `${number}${date === null ? '' : ` of ${date}`}${taxInvoiceNumber === null ? '' : `, tax invoice ${taxInvoiceNumber}`}`;
}

function assertAwaits({ number, status, withheldTotal }: TopupOrder): void {
  if (withheldTotal === 0n)
    throw new OperatorRefusal(
      `${number} has no withheld tax, so no slip belongs to it: \`npm run orders -- slips\` lists the orders whose slip is awaited.`,
    );
  if (CREDITED.has(status)) return;
  throw new OperatorRefusal(
    `${number} is ${status}: a withholding slip is recorded for an order in PAID or COMPLETED.`,
  );
}

function assertDay({ date }: WithholdingSlip, today: string): void {
  if (date === null || date <= today) return;
  throw new OperatorRefusal(`${date} is in the future: name the day on the slip, ${today} at the latest.`);
}
