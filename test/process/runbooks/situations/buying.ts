import { randomUUID } from 'node:crypto';
import { ConfirmOrderDocument, type OrderFragment } from '../../../generated/operations.ts';
import { addOrganization } from '../../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../../support/app/purchase.ts';
import type { TestClient } from '../../../support/app/test-client.ts';
import type { World } from '../walk.ts';

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** An order that awaits its payment, of an organization of its own. */
export async function pending({ app }: World, emails: readonly string[] = [`${randomUUID()}@buyer.example.test`]) {
  const contacts = emails.map((email) => ({ name: 'Siti', email, locale: 'id' as const }));
  const id = addOrganization(app.sandbox, '1001', { billing_contacts: contacts });
  // Made in the past, it is still valid in the present.
  const client = await app.client({ organization_id: id, expires_in: 3 * DAY });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' })) };
}

/** Does something so many seconds ago: the clocks of app and neighbours, and the age of the jobs, which is the database's. */
export async function earlier<T>({ app, time }: World, seconds: number, work: () => Promise<T>): Promise<T> {
  time.advance(-seconds);
  try {
    return await work();
  } finally {
    time.toPresent();
    await app.db.query(
      'update graphile_worker._private_jobs set created_at = created_at - make_interval(secs => $1) where attempts > 0',
      [seconds],
    );
  }
}

/** Runs a nightly job as the queue's crontab enqueues it, and waits for the line at its end. */
export async function nightly({ app }: World, job: string, event: string): Promise<void> {
  const ends = async () => app.logs.filter((line) => line['event'] === event).length;
  const before = await ends();
  const payload = { _cron: { ts: new Date().toISOString(), backfilled: false } };
  await app.db.query('select graphile_worker.add_job($1, $2::json)', [job, JSON.stringify(payload)]);
  await until(ends, (count) => count > before);
}

export const confirm = (client: TestClient, order: OrderFragment) =>
  client.send(ConfirmOrderDocument, {
    input: { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey: randomUUID() },
  });
