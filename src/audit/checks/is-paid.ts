import { CREDITED, REFUNDED } from '../../orders/index.ts';
import { oneOf, type Sql, sql } from '../../platform/database/sql.ts';

/** Order `o` was paid and credited, also if it was refunded since. A refund of a payment under review has no time of payment. */
export const isPaid: Sql = sql`(o.status in (${oneOf(CREDITED)}) or (o.status in (${oneOf(REFUNDED)}) and o.paid_at is not null))`;
