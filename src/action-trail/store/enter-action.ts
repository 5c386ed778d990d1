import { insertInto } from '../../platform/database/insert-rows.ts';
import type { Query } from '../../platform/database/sql.ts';
import { ActionTrailEntry } from './action-trail-entry.entity.ts';

export type NewTrailEntry = Omit<ActionTrailEntry, 'id'>;

const insertEntries = insertInto(ActionTrailEntry);

/** Reads nothing back: a caller's request may add to the trail, and may not read it. */
export const trailEntered = (entry: NewTrailEntry): Query => insertEntries([entry]);
