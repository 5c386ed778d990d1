import type { DataSource, EntityManager } from 'typeorm';
import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import { BookingCorrection } from './booking-correction.entity.ts';

const insertCorrections = insertInto(BookingCorrection);

export async function enterCorrections(
  tx: EntityManager,
  corrections: readonly Omit<BookingCorrection, 'id'>[],
): Promise<void> {
  await runQuery(tx, insertCorrections(corrections));
}

/** Returns the corrections of an order's lines, oldest first. */
export function correctionsOfOrder(
  database: DataSource | EntityManager,
  orderId: string,
): Promise<BookingCorrection[]> {
  return runQuery(
    database,
    sql<BookingCorrection>`select ${columnsOf(BookingCorrection, 'correction')} from booking_corrections correction
      where correction.order_id = ${orderId} order by correction.id`,
  );
}
