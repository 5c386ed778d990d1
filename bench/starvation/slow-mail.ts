import pLimit from 'p-limit';
import type { MailFault } from '../../sandbox/mail/mail-faults.ts';
import { type Shop, shown } from './shop.ts';

const LIMIT_SECONDS = 60;
const TIMES = 3;

const MAILS: readonly [name: string, orders: number, fault: MailFault][] = [
  ['300 orders, mails take 500 ms', 300, { kind: 'slow', delayMs: 500 }],
  ['20 orders, the answer to RCPT drips a byte a second', 20, { kind: 'drip', at: 'rcpt' }],
  ['20 orders, the final answer drips a byte a second', 20, { kind: 'drip', at: 'data' }],
];

/** One buyer's mails are slow: another's paid order is booked meanwhile. */
export async function slowMail(shop: Shop): Promise<string[][]> {
  const { ground, query } = shop;
  const rows: string[][] = [];
  for (const [index, [name, count, fault]] of MAILS.entries()) {
    const [busy = '', ...others] = ground.organizations.slice(index * 10, index * 10 + 1 + TIMES);
    const replica = await shop.start();
    await ground.sandbox.mail.faults.set([fault]);
    const limit = pLimit(8);
    await Promise.all(
      Array.from({ length: count }, () =>
        limit(async () => {
          const caller = await shop.callerOf(replica, busy);
          await shop.order(caller, busy);
          caller.close();
        }),
      ),
    );
    let slowest = 0;
    for (const id of others) {
      const caller = await shop.callerOf(replica, id);
      slowest = Math.max(slowest, await shop.secondsToBook(await shop.order(caller, id), LIMIT_SECONDS));
      caller.close();
      if (!Number.isFinite(slowest)) break;
    }
    const [left] = await query<{ mails: number }>(
      `select count(*)::int as mails from graphile_worker.jobs where task_identifier = 'send_order_mail'`,
    );
    rows.push([`seconds until another is booked: ${name}`, shown(slowest, LIMIT_SECONDS)]);
    rows.push(['mails that still wait then', String(left?.mails)]);
    await replica.stop();
    await query(`delete from graphile_worker._private_jobs where true`);
    await ground.sandbox.mail.faults.clear();
  }
  return rows;
}
