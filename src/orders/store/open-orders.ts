import { oneOf, type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';
import { AWAITS_PAYMENT, QUOTED, UNDER_REVIEW } from '../rules/order-state.ts';

/**
 * Serializes the creates and confirms of one organization until the transaction ends, so that both see what the other claims
 * and counts. The key's prefix is that of the version before, which serializes with this one during a roll-out.
 *
 * Waits three seconds at most, because every waiting request holds one of the pool's connections, and a login can hold the lock for ever.
 */
export const lockOrganization = (organizationId: string): Query =>
  sql`select set_config('lock_timeout', '3s', true), pg_advisory_xact_lock(hashtextextended('excess:' || ${organizationId}, 0))`;

/**
 * Condition that order `o` still awaits its payment: a pending one, or one under review before its deadline. Until then it
 * claims the excess of its lines, and counts towards the organization's limit (domain.md 6, 8).
 */
export const awaitsItsPayment = (now: Date): Sql => sql`o.status in (${oneOf([...AWAITS_PAYMENT, ...UNDER_REVIEW])})
  and (o.status in (${oneOf(AWAITS_PAYMENT)}) or o.payment_expires_at > ${now})`;

/**
 * Joins the organizations' orders `o` that await their payment. For `organization_id = any(…)` PostgreSQL would plan a scan of all orders of
 * a large organization: 15 ms for 200,000 of them, where a join reads by status.
 */
export const ordersThatAwaitPayment = (organizationIds: readonly string[], now: Date): Sql => sql`
  unnest(${organizationIds}::text[]) as organization(id)
  join topup_orders o on o.organization_id = organization.id and ${awaitsItsPayment(now)}`;

const isLiveDraft = (now: Date): Sql => sql`o.status in (${oneOf(QUOTED)}) and o.quote_expires_at > ${now}`;

/** Condition that the organization may have one more order that awaits its payment; a limit of 0 allows any number. */
export const hasRoomToPay = (organizationId: string, now: Date, limit: number): Sql =>
  hasRoom(organizationId, awaitsItsPayment(now), limit);

/** Condition that the organization may have one more live draft; a limit of 0 allows any number. */
export const hasRoomForDraft = (organizationId: string, now: Date, limit: number): Sql =>
  hasRoom(organizationId, isLiveDraft(now), limit);

/** Counts no further than the limit, in topup_orders_status_idx. */
function hasRoom(organizationId: string, isCounted: Sql, limit: number): Sql {
  if (limit === 0) return raw('true');
  return sql`(select count(*) from (
    select from topup_orders o where o.organization_id = ${organizationId} and ${isCounted} limit ${limit}
  ) as counted) < ${limit}`;
}
