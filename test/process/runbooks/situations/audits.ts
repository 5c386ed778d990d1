import { expect } from 'vitest';
import { queuedJobs } from '../../../support/app/jobs.ts';
import type { Situation, World } from '../walk.ts';
import { DAY, earlier, nightly } from './buying.ts';
import { paidWithoutBooking } from './money.ts';

const AUDIT = 'npm run audit';

const forgetAudits = ({ app }: World) => app.db.query('delete from audit_runs');

const neverAudited: Situation = {
  title: 'nobody has audited a new database',
  alerts: ['AuditNeverRan'],
  takesADay: true,
  fromTheStart: ['AuditNeverRan'],
  async bringAbout(world) {
    await forgetAudits(world);
    return {
      look: (looked) => expect(looked.get(AUDIT)?.code).toBe(0),
      isOver: async () => undefined,
    };
  },
};

const queueWasEmptied: Situation = {
  title: 'somebody emptied the queue, the audit of two days ago says so, and none has run since',
  alerts: ['AuditViolation', 'AuditTooOld'],
  async bringAbout(world) {
    const { app, operator } = world;
    await forgetAudits(world);
    const { order, completed } = await earlier(world, 2 * DAY, async () => {
      const paid = await paidWithoutBooking(world);
      const jobs = (await queuedJobs(app, paid.order.id)).map(({ id }) => id);
      await app.db.query('select graphile_worker.complete_jobs($1::bigint[])', [jobs]);
      await nightly(world, 'run_audit', 'audit_done');
      return paid;
    });
    return {
      names: { order: order.number },
      look(looked) {
        const { code, stdout } = looked.get(AUDIT) ?? {};
        expect(code).toBe(1);
        expect(stdout).toMatch(new RegExp(`^FAIL {2}paid_order_has_its_job: 1\\..*\n {6}${order.number}`, 'm'));
      },
      end: () => app.sandbox.moderator.accept(),
      async isOver() {
        await completed();
        expect((await operator.look(['AuditNeverRan'])).get(AUDIT)?.code).toBe(0);
      },
    };
  },
};

export const audits: readonly Situation[] = [neverAudited, queueWasEmptied];
