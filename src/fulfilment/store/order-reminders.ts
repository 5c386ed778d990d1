import type { DataSource } from 'typeorm';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';
import { OrderReminder } from './order-reminder.entity.ts';

const insertReminders = insertInto(OrderReminder);

/** Enqueues the reminder's mail unless it, or a later one, was enqueued before: both happen in one statement, or neither. */
export async function enqueueReminder(database: DataSource, reminder: OrderReminder, mail: NewJob): Promise<void> {
  await runQuery(
    database,
    sql`with noted as (
        ${insertReminders([reminder])}
        on conflict (order_id) do update set sending = excluded.sending, enqueued_at = excluded.enqueued_at
          where order_reminders.sending < excluded.sending
        returning 1)
      select ${enqueued(mail)} from noted`,
  );
}
