import { oneOf, type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { CREDITED, REFUNDED } from '../rules/order-state.ts';

export interface OrderOfLine {
  lineId: string;
  orderId: string;
  number: string;
  /** An operator's words; null where the payment itself settled the order. */
  creditReason: string | null;
  /** An operator's words; null without a refund. */
  refundReason: string | null;
}

/** Selects the reason of the step that brought the order into one of these statuses. */
const reasonOfStep = (statuses: ReadonlySet<string>): Sql => sql`(
  select reason from topup_order_events
  where order_id = line.order_id and to_status in (${oneOf(statuses)}) and from_status <> to_status order by id limit 1
)`;

/** Selects the order of each line, with the reasons of its credit and its refund. */
export const ordersOfLines = (lineIds: readonly string[]): Query<OrderOfLine> => sql<OrderOfLine>`
  select line.id as "lineId", line.order_id as "orderId",
    (select number from topup_orders where id = line.order_id) as number,
    ${reasonOfStep(CREDITED)} as "creditReason", ${reasonOfStep(REFUNDED)} as "refundReason"
  from topup_order_lines line where line.id = any(${lineIds}::uuid[])`;
