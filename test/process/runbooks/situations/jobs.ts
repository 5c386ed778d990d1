import { expect } from 'vitest';
import { queuedJobs } from '../../../support/app/jobs.ts';
import { untilStatus } from '../../../support/app/purchase.ts';
import type { Situation } from '../walk.ts';
import { DAY, earlier, HOUR, pending } from './buying.ts';
import { paidWithoutBooking } from './money.ts';

const JOBS = 'npm run jobs -- list';

const jobHasGivenUp: Situation = {
  title: 'a job has used up its attempts',
  alerts: ['JobsOutOfAttempts'],
  async bringAbout(world) {
    const { app } = world;
    const { order, completed } = await paidWithoutBooking(world);
    const [{ id: job } = { id: '' }] = await queuedJobs(app, `book_paid_pi:${order.id}`);
    await app.db.query('update graphile_worker._private_jobs set attempts = max_attempts where id = $1', [job]);
    return {
      names: { job },
      look: (looked) =>
        expect(looked.get(JOBS)?.stdout).toMatch(new RegExp(`^${job}  book_paid_pi.*OUT OF ATTEMPTS`, 'm')),
      end: () => app.sandbox.moderator.accept(),
      isOver: completed,
    };
  },
};

const invoiceIsLost: Situation = {
  title: 'Mekari Pay has lost an invoice that nobody paid in time',
  alerts: ['PendingOrderDoesNotExpire'],
  async bringAbout(world) {
    const { app } = world;
    const { client, order } = await earlier(world, DAY + 3 * HOUR, () => pending(world));
    await app.sandbox.mekariPay.lose(order.number);
    await app.reconcile();
    return {
      names: { order: order.number },
      look: (looked) =>
        expect(looked.get('npm run orders -- list --status PENDING_PAYMENT')?.stdout).toContain(order.number),
      isOver: () => untilStatus(client, order.id, 'CANCELLED'),
    };
  },
};

export const jobs: readonly Situation[] = [jobHasGivenUp, invoiceIsLost];
