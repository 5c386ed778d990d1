import type { DataSource } from 'typeorm';
import { refusalOf } from '../clients/webhook-sender.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { stepsOfNumber, stepsSince } from '../orders/index.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import { newSecret } from './rules/signed-event.ts';
import { sendAgain } from './store/deliveries.ts';
import type { EventSubscription } from './store/event-subscription.entity.ts';
import {
  disableSubscription,
  enableSubscription,
  insertSubscription,
  replaceSecret,
  subscriptionById,
} from './store/subscriptions.ts';

/** A wrong request of an operator, in words. */
class EventRefusal extends Error {}

export interface Subscribing {
  url: string;
  /** null for every organization. */
  organizationId: string | null;
  /** Empty for all. */
  types: readonly string[];
}

/** Throws EventRefusal for a URL to which nothing may be sent. Addresses of host names are checked at each delivery. */
export function assertReceiver(url: string, internalHosts: readonly string[]): void {
  const refusal = refusalOf(url, { internalHosts });
  if (refusal !== undefined)
    throw new EventRefusal(
      `Nothing can be sent to this URL: ${refusal}. Use https and a public address, or list the host in EVENT_INTERNAL_HOSTS.`,
    );
}

/** Returns the id and the secret, which nothing shows again. Steps from now on are sent. */
export async function subscribe(
  database: DataSource,
  clock: Clock,
  { url, organizationId, types }: Subscribing,
): Promise<{ id: string; secret: string }> {
  const [id, secret] = [newId(), newSecret()];
  const subscription = { id, secret, url, organizationId, types: [...types], createdAt: clock.now() };
  await insertSubscription(database, subscription);
  return { id, secret };
}

export async function disable(database: DataSource, clock: Clock, id: string, reason: string): Promise<void> {
  await existing(database, id);
  if (!(await disableSubscription(database, id, { at: clock.now(), cause: 'OPERATOR', reason })))
    throw new EventRefusal('The subscription is disabled already.');
}

/** Returns since when steps were not noted: replay sends those. */
export async function enable(database: DataSource, clock: Clock, id: string): Promise<Date> {
  const { disabledAt } = await existing(database, id);
  if (disabledAt === null || !(await enableSubscription(database, id, clock.now())))
    throw new EventRefusal('The subscription is enabled already.');
  return disabledAt;
}

/** Two signatures of a day give the receiver's people the time to change their secret. */
const BOTH_SIGN_MS = 86_400_000;

/**
 * Gives the subscription another secret, which nothing shows again. The old one signs beside it for a day, so that no event is refused
 * meanwhile; `atOnce` ends it now, for one that leaked. Returns until when the old one signs.
 */
export async function rotate(
  database: DataSource,
  clock: Clock,
  id: string,
  atOnce: boolean,
): Promise<{ secret: string; previousUntil: Date | null }> {
  const { previousSecretUntil } = await existing(database, id);
  const now = clock.now();
  if (!atOnce && previousSecretUntil !== null && previousSecretUntil > now)
    throw new EventRefusal(
      `The secret before this one signs until ${previousSecretUntil.toISOString()}: rotate after that, or --at-once.`,
    );
  const secret = newSecret();
  const previousUntil = atOnce ? null : new Date(now.getTime() + BOTH_SIGN_MS);
  await replaceSecret(database, id, secret, previousUntil);
  return { secret, previousUntil };
}

/** Sends steps again, with the ids that they had. Returns the number of orders. */
export async function replay(
  database: DataSource,
  clock: Clock,
  id: string,
  from: { order: string } | { since: Date },
): Promise<number> {
  const { isEnabled, organizationId } = await existing(database, id);
  if (!isEnabled) throw new EventRefusal('The subscription is disabled: enable it first.');
  const batches =
    'order' in from
      ? [await runQuery(database, stepsOfNumber(from.order, organizationId))]
      : stepsSince(database, { organizationId, since: from.since });
  const replayed = new Set<string>();
  for await (const orders of batches) {
    await sendAgain(database, id, orders, clock.now());
    for (const { orderId } of orders) replayed.add(orderId);
  }
  if ('order' in from && replayed.size === 0) throw new EventRefusal('The subscription sees no order of this number.');
  return replayed.size;
}

async function existing(database: DataSource, id: string): Promise<EventSubscription> {
  const subscription = await subscriptionById(database, id);
  if (subscription === null) throw new EventRefusal(`There is no subscription ${id}: \`events list\` has them.`);
  return subscription;
}
