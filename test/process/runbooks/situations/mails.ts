import { expect } from 'vitest';
import { until } from '../../../support/app/purchase.ts';
import type { Situation } from '../walk.ts';
import { pending } from './buying.ts';

/** One more than the alert allows within an hour. */
const ADDRESSES = Array.from({ length: 6 }, (_, index) => `siti${index}@refused.example.test`);

const mailServerRefusesUs: Situation = {
  title: 'the mail server refuses every address',
  alerts: ['MailAddressesSuppressed', 'MailsUnsent'],
  async bringAbout(world) {
    const { db, sandbox } = world.app;
    await sandbox.mail.faults.set([
      { kind: 'reject', status: 550, at: 'rcpt', match: { to: '@refused.example.test' } },
    ]);
    const { order } = await pending(world, ADDRESSES);
    await until(
      async () => {
        await db.query(
          'update graphile_worker._private_jobs set run_at = now() where attempts > 0 and locked_at is null',
        );
        return db.query('select from refused_mail_addresses where refusals >= 3');
      },
      ({ length }) => length === ADDRESSES.length,
    );
    return {
      look(looked) {
        const { stdout } = looked.get('npm run mails -- list') ?? {};
        expect(stdout).toMatch(new RegExp(`^${order.number} .*SUPPRESSED`, 'm'));
        expect(stdout?.match(/^\w+ {2}suppressed .*550/gm)).toHaveLength(ADDRESSES.length);
      },
      end: async () => sandbox.mail.faults.clear(),
      async isOver() {
        for (const address of ADDRESSES)
          await sandbox.mail.waitFor(({ subject, to }) => subject.includes(order.number) && to.includes(address));
        await until(
          () => db.query('select from unsent_order_mails where order_id = $1', [order.id]),
          ({ length }) => length === 0,
        );
      },
    };
  },
};

export const mails: readonly Situation[] = [mailServerRefusesUs];
