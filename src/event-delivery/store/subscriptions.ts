import type { DataSource } from 'typeorm';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import { type DisabledCause, EventSubscription } from './event-subscription.entity.ts';

export type NewSubscription = Pick<
  EventSubscription,
  'id' | 'organizationId' | 'url' | 'secret' | 'types' | 'createdAt'
>;

/** The part of a subscription that a delivery needs. */
export type Target = Pick<EventSubscription, 'id' | 'url' | 'types'> & {
  /** The secrets that sign, the newest first. */
  secrets: readonly string[];
};

export async function insertSubscription(database: DataSource, subscription: NewSubscription): Promise<void> {
  await database.getRepository(EventSubscription).insert(subscription);
}

/** Returns the subscription without its secret. */
export function subscriptionById(database: DataSource, id: string): Promise<EventSubscription | null> {
  return database.getRepository(EventSubscription).findOneBy({ id });
}

export interface ListedSubscription extends EventSubscription {
  /** Orders with steps to send. */
  waiting: number;
  /** Orders whose next step was refused before. */
  retrying: number;
  /** Orders of which a step was given up. */
  givenUp: number;
}

/** Returns all subscriptions without their secrets, oldest first. It counts every waiting order: for a command. */
export async function listSubscriptions(database: DataSource): Promise<ListedSubscription[]> {
  const subscriptions = await database
    .getRepository(EventSubscription)
    .find({ order: { createdAt: 'ASC', id: 'ASC' } });
  const counts = await runQuery(
    database,
    sql<{ id: string; waiting: bigint; retrying: bigint; givenUp: bigint }>`
      select subscription_id as id, count(due_at) as waiting, count(*) filter (where attempts > 0) as retrying,
        count(given_up_at) as "givenUp"
      from event_deliveries group by subscription_id`,
  );
  const byId = new Map(counts.map((row) => [row.id, row]));
  return subscriptions.map((each) => ({
    ...each,
    waiting: Number(byId.get(each.id)?.waiting ?? 0),
    retrying: Number(byId.get(each.id)?.retrying ?? 0),
    givenUp: Number(byId.get(each.id)?.givenUp ?? 0),
  }));
}

/** Returns the enabled subscriptions that have an order to send now. */
export function dueSubscriptions(database: DataSource, now: Date): Promise<Target[]> {
  return runQuery(
    database,
    sql<Target>`
      select id, url, types,
        case when previous_secret_until > ${now} then array[secret, previous_secret] else array[secret] end as secrets
      from event_subscriptions as subscription
      where is_enabled and exists (
        select from event_deliveries where subscription_id = subscription.id and due_at <= ${now})`,
  );
}

/** Disables the subscription. Returns false if it was disabled before; an operator may also take over one that failures disabled. */
export async function disableSubscription(
  database: DataSource,
  id: string,
  { at, cause, reason }: { at: Date; cause: DisabledCause; reason: string },
): Promise<boolean> {
  const disabled = await runQuery(
    database,
    sql`update event_subscriptions
      set is_enabled = false, disabled_at = ${at}, disabled_cause = ${cause}, disabled_reason = ${reason}
      where id = ${id} and (is_enabled or (${cause} = 'OPERATOR' and disabled_cause <> 'OPERATOR')) returning id`,
  );
  return disabled.length > 0;
}

/** Enables the subscription, and tries at once what waited. Steps of the time in between are not noted: replay has them. */
export async function enableSubscription(database: DataSource, id: string, now: Date): Promise<boolean> {
  const enabled = await runQuery(
    database,
    sql`with enabled as (
        update event_subscriptions
        set is_enabled = true, disabled_at = null, disabled_cause = null, disabled_reason = null, failing_since = null
        where id = ${id} and not is_enabled returning id
      ), due as (
        update event_deliveries set due_at = ${now}, attempts = 0
        where subscription_id in (select id from enabled) and due_at is not null
      )
      select id from enabled`,
  );
  return enabled.length > 0;
}

/** Replaces the secret. The old one signs too until `keptUntil`; null ends it now. */
export async function replaceSecret(
  database: DataSource,
  id: string,
  secret: string,
  keptUntil: Date | null,
): Promise<void> {
  await runQuery(
    database,
    sql`update event_subscriptions
      set previous_secret = case when ${keptUntil}::timestamptz is null then null else event_subscriptions.secret end,
        previous_secret_until = ${keptUntil}, secret = ${secret}
      where id = ${id}`,
  );
}

/** Writes once a minute at most: otherwise a busy subscription would be written with each event. */
export async function noteSuccess(database: DataSource, id: string, at: Date): Promise<void> {
  await runQuery(
    database,
    sql`update event_subscriptions set failing_since = null, last_error = null, delivered_at = ${at}
      where id = ${id} and (failing_since is not null or coalesce(delivered_at, '-infinity') < ${at}::timestamptz - interval '1 minute')`,
  );
}

/** Returns since when the subscription had nothing but failures. */
export async function noteFailure(database: DataSource, id: string, at: Date, error: string): Promise<Date> {
  const [row] = await runQuery(
    database,
    sql<{ since: Date }>`
      update event_subscriptions set failing_since = coalesce(failing_since, ${at}), last_error = ${error}
      where id = ${id} returning failing_since as since`,
  );
  return row?.since ?? at;
}
