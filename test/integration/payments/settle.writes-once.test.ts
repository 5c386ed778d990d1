import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder } from '../../support/app/purchase.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { countSql, type SqlCounter } from '../../support/database/sql-counter.ts';

let app: TestApp;
let sql: SqlCounter;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  sql = countSql(app);
  await app.db.query('create table order_writes (id uuid)');
  await app.db.query(`create function note_order_write() returns trigger language plpgsql security definer as
    'begin insert into public.order_writes values (new.id); return null; end'`);
  await app.db.query(
    'create trigger note_order_write after update on topup_orders for each row execute function note_order_write()',
  );
});
afterAll(() => app.close());

test('an exact notice costs three statements and one write of its order, and enqueues both jobs behind the first of each', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const orders = [];
  for (const wa_balance of ['1000000', '2000000']) {
    orders.push(await confirmOrder(client, await createOrder(client, id, { wa_balance })));
  }
  await app.db.query('delete from order_writes');
  for (const order of orders) {
    const before = (await readOrder(client, order.id)).timeline.length;
    const body = invoiceEvent(app, order);
    const statements = await sql.during(() => app.sandbox.mekariPay.sendRaw({ body }));
    expect(statements).toHaveLength(3);
    expect((await readOrder(client, order.id)).timeline).toHaveLength(before + 1);
  }
  expect(await app.db.query('select id from order_writes')).toEqual(orders.map(({ id: written }) => ({ id: written })));
  const jobs = await app.db.query(
    `select task.identifier, job.priority, job.flags, job.max_attempts, job.run_at <= now() as "isDue"
     from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
     where job.key like 'book_paid_pi:%' or job.key like 'send_order_mail:payment_received:%' order by job.id`,
  );
  const all = { max_attempts: 1000, isDue: true };
  // The mail of each confirm waits too, so the receipts are the third and the fourth mail of the organization.
  expect(jobs).toEqual([
    { identifier: 'book_paid_pi', priority: 0, flags: null, ...all },
    { identifier: 'send_order_mail', priority: 2002, flags: { later: true }, ...all },
    { identifier: 'book_paid_pi', priority: 1, flags: { later: true }, ...all },
    { identifier: 'send_order_mail', priority: 2003, flags: { later: true }, ...all },
  ]);
});
