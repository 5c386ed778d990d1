import type { DataSource } from 'typeorm';
import { orderById, orderNumbered } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import { jobsWithKeyEnding } from '../platform/jobs/store/jobs-by-key.ts';
import { retryJobs } from '../platform/jobs/store/stuck-jobs.ts';
import { mailJob, mailKey } from './jobs.ts';
import { REFUSALS_TO_SUPPRESS, suppressedAddresses, unsuppress } from './store/refused-addresses.ts';
import { unsentMails, unsentOfOrder } from './store/unsent-mails.ts';

/** The number of unsent mails that a list or a retry of all of them takes. */
const MOST_MAILS = 1000;
const SHORTEST_ID = 8;

/**
 * Sends unsent mails again, of one order or the newest of all. Contacts that have their mail are skipped. A mail whose job still
 * tries other contacts is retried by that job. Returns the number of mails, and of those to addresses that are suppressed.
 */
export async function retryUnsentMails(database: DataSource, orderNumber: string | 'all') {
  const order = orderNumber === 'all' ? null : await orderNumbered(database, orderNumber);
  if (orderNumber !== 'all' && order === null)
    throw new Error(`There is no order ${orderNumber}: take its number from \`npm run mails -- list\`.`);
  const unsent = order === null ? await unsentMails(database, MOST_MAILS) : await unsentOfOrder(database, order.id);
  const mails = new Map(unsent.map((mail) => [mailKey(mail.kind, { id: mail.orderId }, mail.sending), mail]));
  for (const [key, { orderId, kind, sending }] of mails) {
    const job = mailJob(kind, order ?? (await orderById(database, orderId)), { sending });
    await inTransaction(database, async (tx) => {
      const [queued] = (await jobsWithKeyEnding(tx, orderId)).filter((one) => one.key === key);
      if (queued === undefined) await enqueueJob(tx, job);
      else await retryJobs(tx, [queued.id]);
    });
  }
  const held = new Set((await suppressedAddresses(database)).map(({ addressHash }) => addressHash));
  return { retried: mails.size, suppressed: unsent.filter(({ recipientHash }) => held.has(recipientHash)).length };
}

/** Lets mails go to these addresses again; an id is the start of an address' hash. Returns the number of addresses. */
export async function unsuppressAddresses(database: DataSource, ids: readonly string[] | 'all'): Promise<number> {
  const suppressed = (await suppressedAddresses(database)).map(({ addressHash }) => addressHash);
  if (ids === 'all') return unsuppress(database, suppressed);
  const hashes = ids.map((id) => {
    const [hash, ...others] = id.length < SHORTEST_ID ? [] : suppressed.filter((known) => known.startsWith(id));
    if (hash === undefined || others.length > 0)
      throw new Error(`${id} names no suppressed address: take its id from \`npm run mails -- list\`.`);
    return hash;
  });
  return unsuppress(database, hashes);
}

/** The state of the mails for an operator. No address is whole. */
export async function reportMails(database: DataSource) {
  const unsent = await unsentMails(database, MOST_MAILS);
  const mails = [];
  for (const { orderId, kind, status, hint, organizationId, reason, notedAt } of unsent) {
    const { number: orderNumber } = await orderById(database, orderId);
    mails.push({ orderNumber, kind, status, contact: hint, organizationId, reason, notedAt });
  }
  const suppressed = (await suppressedAddresses(database)).map((address) => ({
    id: address.addressHash.slice(0, 12),
    contact: address.hint,
    organizationId: address.organizationId,
    refusals: Math.max(address.refusals, REFUSALS_TO_SUPPRESS),
    reason: address.reason,
    refusedAt: address.refusedAt,
  }));
  return { unsent: mails, suppressed };
}
