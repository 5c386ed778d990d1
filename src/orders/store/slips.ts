import type { DataSource, EntityManager } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, raw, sql } from '../../platform/database/sql.ts';
import { CREDITED } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

/** The proof that a buyer paid the withheld tax to the state. */
export interface WithholdingSlip {
  number: string;
  /** The day on the slip; null if nobody entered it. */
  date: string | null;
  /** null if nobody entered it. */
  taxInvoiceNumber: string | null;
}

/** A paid order that withheld tax and whose slip nobody entered yet. */
export interface AwaitedSlip {
  id: string;
  number: string;
  organizationId: string;
  organizationName: string;
  withheld: Rupiah;
  paidAt: Date;
}

/** Sets the slip of a locked order. The caller adds the step to the timeline. */
export async function setSlip(tx: EntityManager, order: TopupOrder, slip: WithholdingSlip): Promise<void> {
  const { number: withholdingSlipNumber, date: withholdingSlipDate, taxInvoiceNumber } = slip;
  const changes = { withholdingSlipNumber, withholdingSlipDate, taxInvoiceNumber };
  await tx.update(TopupOrder, { id: order.id }, changes);
  Object.assign(order, changes);
}

/** Rows of one part. */
const PART = 500;

/** Reads the slips that are awaited, longest first, part by part: a part is as fast as the first one. */
export async function* awaitedSlips(database: DataSource, organizationId?: string): AsyncGenerator<AwaitedSlip> {
  const ofOne = organizationId === undefined ? raw('') : sql`and organization_id = ${organizationId}`;
  let part: AwaitedSlip[] = [];
  do {
    const after = part.at(-1);
    const afterLast =
      after === undefined ? raw('') : sql`and (paid_at, id) > (${after.paidAt}::timestamptz, ${after.id}::uuid)`;
    part = await runQuery(
      database,
      sql<AwaitedSlip>`
        select id, number, organization_id as "organizationId", organization_name as "organizationName",
          withheld_total as withheld, paid_at as "paidAt"
        from topup_orders
        where withheld_total > 0 and withholding_slip_number is null and status in (${oneOf(CREDITED)}) ${ofOne} ${afterLast}
        order by paid_at, id limit ${PART}`,
    );
    yield* part;
  } while (part.length === PART);
}
