import type { DataSource } from 'typeorm';
import { ActionTrailEntry } from './action-trail-entry.entity.ts';

export interface TrailFilter {
  /** Its callers' entries, and those of commands on its orders. */
  organizationId?: string | undefined;
  actor?: string | undefined;
  since?: Date | undefined;
  limit: number;
}

/** The newest that fit, oldest first. */
export async function listTrail(database: DataSource, filter: TrailFilter): Promise<ActionTrailEntry[]> {
  const entries = database.getRepository(ActionTrailEntry).createQueryBuilder('entry');
  const { organizationId, actor, since, limit } = filter;
  if (organizationId !== undefined) {
    const ofItsOrders = 'entry.subject in (select number from topup_orders where organization_id = :organizationId)';
    entries.andWhere(`(entry.organizationId = :organizationId or ${ofItsOrders})`, { organizationId });
  }
  if (actor !== undefined) entries.andWhere('entry.actor = :actor', { actor });
  if (since !== undefined) entries.andWhere('entry.at >= :since', { since });
  return (await entries.orderBy('entry.id', 'DESC').take(limit).getMany()).reverse();
}

/** Everything that was asked to be done to an order, oldest first. */
export function trailOfOrder(database: DataSource, order: { id: string; number: string }): Promise<ActionTrailEntry[]> {
  return database
    .getRepository(ActionTrailEntry)
    .createQueryBuilder('entry')
    .where('action_id in (select action_id from action_trail where subject in (:...names))', {
      names: [order.id, order.number],
    })
    .orderBy('entry.id')
    .getMany();
}
