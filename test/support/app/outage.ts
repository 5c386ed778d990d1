import type { TestApp } from './app.ts';
import { addOrganization } from './organizations.ts';
import { confirmOrder, createOrder, until } from './purchase.ts';

/** The time that a round adds: longer than the longest wait of a job, so that each is due after it. */
export const STEP_MINUTES = 11;

interface Tried {
  id: string;
  task: string;
  attempts: number;
  isLocked: boolean;
}

const jobs = ({ db }: Pick<TestApp, 'db'>) =>
  db.query<Tried>(
    `select id::text, task_identifier as task, attempts, locked_at is not null as "isLocked" from graphile_worker.jobs`,
  );

/**
 * Lets time pass for the queue: every job gets older, and each job of this kind ends an attempt, either the one in
 * flight or another. The jobs are made due again and again, because the upkeep may be setting their waits at the same
 * time.
 */
export async function nextRound(app: Pick<TestApp, 'db'>, task: string): Promise<void> {
  const before = (await jobs(app)).filter((job) => job.task === task);
  await app.db.query('update graphile_worker._private_jobs set created_at = created_at - $1::interval', [
    `${STEP_MINUTES} minutes`,
  ]);
  const untried = async () => {
    const now = new Map((await jobs(app)).map((job) => [job.id, job]));
    return before.filter(({ id, attempts, isLocked }) => {
      const job = now.get(id);
      return job !== undefined && (job.isLocked || job.attempts < (isLocked ? attempts : attempts + 1));
    });
  };
  await until(
    async () => {
      const left = await untried();
      await app.db.query(
        `update graphile_worker._private_jobs set run_at = least(run_at, now())
         from unnest($1::bigint[], $2::int[]) as left_over (id, attempts)
         where _private_jobs.id = left_over.id and _private_jobs.attempts = left_over.attempts and locked_at is null`,
        [left.map(({ id }) => id), left.map(({ attempts }) => attempts)],
      );
      return left;
    },
    (left) => left.length === 0,
  );
}

/** Lets time pass until no job of this kind is left. */
export async function untilNoneIsLeft(app: Pick<TestApp, 'db'>, task: string): Promise<void> {
  while ((await jobs(app)).some((job) => job.task === task)) await nextRound(app, task);
}

/** The largest number of attempts of the remaining jobs of this kind. */
export async function mostAttempts(app: Pick<TestApp, 'db'>, task: string): Promise<number> {
  return Math.max(...(await jobs(app)).filter((job) => job.task === task).map(({ attempts }) => attempts));
}

const CONTACT = { name: 'Grace', email: 'grace@buyer.example.test', locale: 'en' as const };

/** A confirmed order of an organization with one contact, for this test alone. */
export async function confirmedOrder(app: TestApp) {
  const organizationId = addOrganization(app.sandbox, '1001', { billing_contacts: [CONTACT] });
  const client = await app.client({ organization_id: organizationId });
  const order = await confirmOrder(client, await createOrder(client, organizationId, { agent_extra: '3' }));
  return { organizationId, client, order };
}

export type ConfirmedOrder = Awaited<ReturnType<typeof confirmedOrder>>;

export async function confirmedOrders(app: TestApp, count: number): Promise<ConfirmedOrder[]> {
  const orders: ConfirmedOrder[] = [];
  while (orders.length < count) orders.push(await confirmedOrder(app));
  return orders;
}

const KINDS: [RegExp, string][] = [
  [/is awaiting payment/, 'awaiting payment'],
  [/^Payment received/, 'payment received'],
  [/^PI number/, 'invoice booked'],
  [/^We are reviewing/, 'under review'],
];

/** The mails to its buyer, in the order of their arrival. */
export function mailKinds({ sandbox }: Pick<TestApp, 'sandbox'>, number: string): string[] {
  return sandbox.mail
    .messages()
    .filter(({ subject }) => subject.includes(number))
    .map(({ subject }) => KINDS.find(([pattern]) => pattern.test(subject))?.[1] ?? subject);
}
