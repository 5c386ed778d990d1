import type { PeriodicTask } from '../platform/jobs/periodic.ts';
import type { Reconcile } from './reconcile.ts';

export function reconcileTask(reconcile: Reconcile, intervalSeconds: number): PeriodicTask {
  return { name: 'reconcile', intervalSeconds, run: (stopping) => reconcile.run(stopping) };
}
