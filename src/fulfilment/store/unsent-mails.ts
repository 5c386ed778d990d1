import type { DataSource, EntityManager, FindOptionsWhere } from 'typeorm';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';
import { UNSENT_STATUSES, UnsentOrderMail } from './unsent-order-mail.entity.ts';

export async function recordUnsent(database: DataSource, mail: UnsentOrderMail): Promise<void> {
  const key: (keyof UnsentOrderMail)[] = ['orderId', 'kind', 'recipientHash'];
  await database.getRepository(UnsentOrderMail).upsert({ ...mail }, key);
}

export async function forgetUnsent(
  database: Pick<EntityManager, 'delete'>,
  mails: FindOptionsWhere<UnsentOrderMail>,
): Promise<void> {
  await database.delete(UnsentOrderMail, mails);
}

/** Returns the order's unsent mails, oldest first. */
export function unsentOfOrder(database: DataSource, orderId: string): Promise<UnsentOrderMail[]> {
  return database.getRepository(UnsentOrderMail).find({ where: { orderId }, order: { notedAt: 'ASC' } });
}

/** Returns the unsent mails of all orders, newest first. */
export function unsentMails(database: DataSource, limit: number): Promise<UnsentOrderMail[]> {
  return database.getRepository(UnsentOrderMail).find({ order: { notedAt: 'DESC' }, take: limit });
}

/** Counts those of the last seven days, by their index: organizations without a contact may have many in the years before. */
export function unsentMailGauge(database: DataSource): Gauge {
  return {
    name: 'mails_unsent',
    description: 'Mails of the last seven days that are not tried any more, by status',
    label: 'status',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ status: string; count: bigint }>`
          select status, count(*) from unsent_order_mails where noted_at > now() - interval '7 days' group by status`,
      );
      const counts = new Map(rows.map(({ status, count }) => [status, Number(count)]));
      return new Map(UNSENT_STATUSES.map((status) => [status, counts.get(status) ?? 0]));
    },
  };
}
