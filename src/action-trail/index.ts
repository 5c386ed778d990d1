export { recordAction } from './record-action.ts';
export { createMutationTrail } from './record-mutations.ts';
export { ActionTrailEntry } from './store/action-trail-entry.entity.ts';
export { listTrail, trailOfOrder } from './store/read-trail.ts';
