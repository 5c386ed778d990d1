import { expect } from 'vitest';
import { putOffFailedJob } from '../../../support/app/jobs.ts';
import { payUntilReview, untilStatus } from '../../../support/app/purchase.ts';
import type { Situation, World } from '../walk.ts';
import { DAY, earlier, HOUR, nightly, pending } from './buying.ts';

/** A paid order whose booking was refused, and waits for its next attempt. */
export async function paidWithoutBooking(world: World) {
  const { sandbox } = world.app;
  await sandbox.moderator.refuse();
  const { id, client, order } = await pending(world);
  await sandbox.mekariPay.pay(order.number);
  await putOffFailedJob(world.app, 'book_paid_pi', order.id);
  return { id, order, completed: () => untilStatus(client, order.id, 'COMPLETED') };
}

const accountingIsAway: Situation = {
  title: 'accounting has been away for two hours',
  alerts: ['PaidOrderNotBooked', 'BookingBudgetBurns', 'JobsFailing', 'JobTooOld'],
  async bringAbout(world) {
    const { order, completed } = await earlier(world, 2 * HOUR, () => paidWithoutBooking(world));
    return {
      look(looked) {
        expect(looked.get('npm run jobs -- list')?.stdout).toMatch(
          new RegExp(`book_paid_pi:${order.id}.*\n {4}moderator unavailable: `),
        );
        expect(looked.get('npm run orders -- list --status PAID')?.stdout).toContain(order.number);
        expect(looked.get('npm run check:config')?.stdout.match(/^FAIL.*/gm)).toEqual([
          expect.stringMatching(/^FAIL {2}moderator: /),
        ]);
      },
      end: () => world.app.sandbox.moderator.accept(),
      isOver: completed,
    };
  },
};

const paymentUnderReview: Situation = {
  title: 'a buyer paid less than was asked for, a day ago',
  alerts: ['PaymentNeedsSomebody', 'PaymentWaitsForADay'],
  async bringAbout(world) {
    const { client, order } = await earlier(world, DAY + HOUR, async () => {
      const confirmed = await pending(world);
      await payUntilReview(world.app, confirmed.client, confirmed.order, { amount: 999_999 });
      return confirmed;
    });
    return {
      names: { order: order.number },
      look(looked) {
        expect(looked.get('npm run orders -- exceptions')?.stdout).toContain(order.number);
        expect(looked.get('npm run orders -- list --status PAYMENT_REVIEW')?.stdout).toContain(order.number);
      },
      isOver: () => untilStatus(client, order.id, 'COMPLETED'),
    };
  },
};

const findingOfTheNight: Situation = {
  title: 'a buyer paid too much, and only the nightly reconciliation hears of it',
  alerts: ['ReconciliationFinding'],
  takesADay: true,
  async bringAbout(world) {
    const { app } = world;
    const { client, order } = await pending(world);
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    await app.sandbox.mekariPay.payPart(order.number, { amount: 250_000, webhook: false });
    await nightly(world, 'run_reconciliation', 'reconciliation_done');
    const findException = `select id from payment_events where order_number = $1 and outcome = 'surplus'`;
    const [{ id: exception } = { id: '' }] = await app.db.query<{ id: string }>(findException, [order.number]);
    return {
      names: { exception },
      look(looked) {
        for (const { stdout } of looked.values()) expect(stdout).toContain(order.number);
        expect(looked.get('npm run orders -- exceptions')?.stdout).toContain(exception);
      },
      isOver: async () => undefined,
      // The next night finds nothing that is left for a person.
      callAgain: () => nightly(world, 'run_reconciliation', 'reconciliation_done'),
    };
  },
};

export const money: readonly Situation[] = [accountingIsAway, paymentUnderReview, findingOfTheNight];
