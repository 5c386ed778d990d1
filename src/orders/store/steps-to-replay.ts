import type { DataSource } from 'typeorm';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';

/** The number of steps that one statement reads. */
const BATCH = 5000;
/** Clocks of replicas differ, and a transaction waits for a lock: ids and times of steps are in the same order only by and large. */
const MARGIN_MS = 3_600_000;

/** The first and the last step of an order within some set. */
export interface StepsOfOrder {
  orderId: string;
  firstId: bigint;
  lastId: bigint;
}

const SPAN = sql`o.id as "orderId", min(event.id) as "firstId", max(event.id) as "lastId"`;

/** null stands for every organization. */
const isOf = (organizationId: string | null): Sql =>
  sql`(${organizationId}::text is null or o.organization_id = ${organizationId})`;

/** Selects the steps of an order, if the organization has it. */
export const stepsOfNumber = (number: string, organizationId: string | null): Query<StepsOfOrder> => sql<StepsOfOrder>`
  select ${SPAN} from topup_orders o join topup_order_events event on event.order_id = o.id
  where o.number = ${number} and ${isOf(organizationId)} group by o.id`;

/**
 * Yields the orders with steps since that time, oldest steps first, in batches by the steps' ids. No index has their time: it walks back
 * from the newest step until a whole batch is older.
 */
export async function* stepsSince(
  database: DataSource,
  { organizationId, since }: { organizationId: string | null; since: Date },
): AsyncGenerator<StepsOfOrder[], void, undefined> {
  const starts = await startsOfBatches(database, since);
  for (const [index, from] of starts.toReversed().entries()) {
    const before = starts.at(-2 - index) ?? null;
    yield await runQuery(
      database,
      sql<StepsOfOrder>`
        select ${SPAN} from topup_order_events event join topup_orders o on o.id = event.order_id
        where event.id >= ${from} and ${isBefore(sql`event.id`, before)} and event.at >= ${since} and ${isOf(organizationId)}
        group by o.id`,
    );
  }
}

/** The first id of each batch, the newest batch first. */
async function startsOfBatches(database: DataSource, since: Date): Promise<bigint[]> {
  const starts: bigint[] = [];
  for (;;) {
    const [batch] = await runQuery(database, batchBefore(starts.at(-1) ?? null));
    if (batch?.firstId == null) return starts;
    starts.push(batch.firstId);
    if (batch.latest.getTime() < since.getTime() - MARGIN_MS) return starts;
  }
}

const batchBefore = (before: bigint | null) => sql<{ firstId: bigint | null; latest: Date }>`
  select min(id) as "firstId", max(at) as latest from (
    select id, at from topup_order_events where ${isBefore(sql`id`, before)} order by id desc limit ${BATCH}) as batch`;

const isBefore = (id: Sql, before: bigint | null): Sql => sql`${id} < coalesce(${before}::bigint, 9223372036854775807)`;
