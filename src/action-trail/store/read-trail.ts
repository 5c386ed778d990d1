import type { DataSource } from 'typeorm';
import { columnsOf } from '../../platform/database/columns.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { raw, type Sql, sql } from '../../platform/database/sql.ts';
import { ActionTrailEntry } from './action-trail-entry.entity.ts';

export interface TrailFilter {
  /**
   * Limits the entries to those of its callers and those whose subject is one of `subjects`, because commands name an
   * order by its number.
   */
  organization?: { id: string; subjects: Sql } | undefined;
  actor?: string | undefined;
  since?: Date | undefined;
  limit: number;
}

const ENTRY = columnsOf(ActionTrailEntry, 'entry');
const NOTHING = raw('');

/** Returns the newest entries that match, oldest first. */
export async function listTrail(
  database: DataSource,
  { organization, actor, since, limit }: TrailFilter,
): Promise<ActionTrailEntry[]> {
  const byOrganization =
    organization && sql`and (organization_id = ${organization.id} or subject in (${organization.subjects}))`;
  const entries = await runQuery(
    database,
    sql<ActionTrailEntry>`select ${ENTRY} from action_trail entry
      where true ${byOrganization ?? NOTHING} ${actor === undefined ? NOTHING : sql`and actor = ${actor}`}
        ${since === undefined ? NOTHING : sql`and at >= ${since}`}
      order by id desc limit ${limit}`,
  );
  return entries.reverse();
}

/** Returns every action on an order, oldest first. */
export function trailOfOrder(database: DataSource, order: { id: string; number: string }): Promise<ActionTrailEntry[]> {
  return runQuery(
    database,
    sql<ActionTrailEntry>`select ${ENTRY} from action_trail entry
      where action_id in (select action_id from action_trail where subject = any(${[order.id, order.number]}))
      order by id`,
  );
}
