import { insertInto } from '../../platform/database/insert-rows.ts';
import type { Query } from '../../platform/database/sql.ts';
import { ActionTrailEntry } from './action-trail-entry.entity.ts';

export type NewTrailEntry = Omit<ActionTrailEntry, 'id'>;

const insertEntries = insertInto(ActionTrailEntry);

/** Reads nothing back: a caller's request may append to the trail, but not read it. */
export const trailInsert = (entry: NewTrailEntry): Query => insertEntries([entry]);
