export { type Action, recordAction } from './record-action.ts';
export { createMutationTrail } from './record-mutations.ts';
export { ActionTrailEntry } from './store/action-trail-entry.entity.ts';
export { listTrail, type TrailFilter, trailOfOrder } from './store/read-trail.ts';
