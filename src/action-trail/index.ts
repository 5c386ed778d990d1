export { ActionTrailEntry } from './action-trail-entry.entity.ts';
export { listTrail, type TrailFilter, trailOfOrder } from './read-trail.ts';
export { type Action, recordAction } from './record-action.ts';
export { recordMutations } from './record-mutations.ts';
