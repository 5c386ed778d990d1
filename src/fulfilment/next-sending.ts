import type { EntityManager } from 'typeorm';
import { jobsWithKeyEnding } from '../platform/jobs/store/jobs-by-key.ts';
import { mailKey } from './jobs.ts';
import { lastSendingOfKind } from './store/mail-deliveries.ts';
import type { MailKind } from './templates/index.ts';

/**
 * Returns the number of a further sending of a mail about a locked order. Under the key of a queued job it would replace that job, or
 * end its retries while it runs.
 */
export async function nextSending(tx: EntityManager, order: { id: string }, kind: MailKind): Promise<number> {
  const queued = new Set((await jobsWithKeyEnding(tx, order.id)).map(({ key }) => key));
  let sending = (await lastSendingOfKind(tx, order.id, kind)) + 1;
  while (queued.has(mailKey(kind, order, sending))) sending += 1;
  return sending;
}
