import { expect } from 'vitest';
import { createOrder, readOrder, until } from '../../../support/app/purchase.ts';
import { jobAges } from '../../../support/telemetry/job-ages.ts';
import { parsePrometheus } from '../../../support/telemetry/prometheus.ts';
import { scrape } from '../../../support/telemetry/served-metrics.ts';
import type { Situation, World } from '../walk.ts';
import { earlier, HOUR, pending } from './buying.ts';
import { hurryEvents, type ReceiverWorld, subscribe } from './receivers.ts';

async function untilRunners({ app }: World, metric: string, are: (value: number) => boolean): Promise<void> {
  await until(
    async () => parsePrometheus(await scrape(app)).filter(({ name }) => name === metric),
    (samples) => samples.length > 0 && samples.every(({ value }) => are(value)),
  );
}

/** Moves the next poll, and the next attempt of each event, twenty minutes into the past. */
async function letTimePass({ app }: World): Promise<void> {
  await app.db.query(`update graphile_worker._private_jobs as job
    set run_at = now() - interval '20 minutes', created_at = now() - interval '20 minutes'
    from graphile_worker._private_tasks as task where task.id = job.task_id and task.identifier = 'reconcile'`);
  await app.db.query(`update event_deliveries set due_at = now() - interval '20 minutes' where due_at is not null`);
}

/** An event that waits for its next attempt, and a draft whose quote ended hours ago. */
async function leaveWork(world: ReceiverWorld) {
  const { app, receiver } = world;
  const { id, client, order } = await pending(world);
  await subscribe(world, id, '/late');
  receiver.answerWith(() => 500);
  await app.sandbox.mekariPay.pay(order.number);
  await until(
    () => app.db.query('select from event_deliveries where order_id = $1 and attempts > 0', [order.id]),
    ({ length }) => length > 0,
  );
  const draft = await earlier(world, 3 * HOUR, () => createOrder(client, id, { wa_balance: '1000000' }));
  return { client, draft };
}

const rightsAreLost: Situation<ReceiverWorld> = {
  title: 'the login of the replicas has lost its right to take jobs',
  alerts: ['JobsNotTaken', 'JobRunnerRestarts', 'PollingLate', 'PollingNeverRan', 'EventsLate', 'DraftsDoNotExpire'],
  goesOn: true,
  fromTheStart: ['PollingNeverRan'],
  async bringAbout(world) {
    const { app, receiver } = world;
    const { client, draft } = await leaveWork(world);
    await app.db.query('revoke update on graphile_worker._private_jobs from self_topup_background');
    await letTimePass(world);
    await untilRunners(world, 'job_runner_up', (up) => up === 0);
    await untilRunners(world, 'job_runner_restarts_total', (restarts) => restarts > 0);
    return {
      look(looked) {
        expect(looked.get('curl --silent http://127.0.0.1:4000/readyz')?.stdout).toContain('"jobs":"restarting"');
        expect(looked.get('npm run jobs -- list')?.stdout).toMatch(/^\d+ {2}reconcile /m);
        expect(looked.get('npm run check:config')?.stdout.match(/^FAIL.*/gm)).toEqual([
          expect.stringMatching(/^FAIL {2}database, for jobs and operators: .* may not take jobs .* `npm run migrate`/),
        ]);
      },
      end: async () => receiver.forget(),
      async isOver() {
        await untilRunners(world, 'job_runner_up', (up) => up === 1);
        await hurryEvents(world);
        await until(
          async () => receiver.accepted,
          ({ length }) => length > 0,
        );
        await until(
          () => readOrder(client, draft.id),
          ({ status }) => status === 'EXPIRED',
        );
        // The poll has ended, and its next run is enqueued.
        await until(
          async () => (await jobAges(app)).has('reconcile'),
          (isDue) => !isDue,
        );
      },
    };
  },
};

export const queue: readonly Situation<ReceiverWorld>[] = [rightsAreLost];
