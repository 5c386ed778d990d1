import { MEASURED_CORE } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import { type Replica, startReplica } from '../neighbours/replica.ts';
import { NO_END_OF_MUTATIONS } from './servers.ts';

/** Longer than anything that is measured. */
const HELD_MS = 120_000;

/**
 * Our server, for orders. Moderator does not answer: as soon as four orders are paid its four jobs wait for it, and none else is
 * begun, so that what is measured is the request, and not the bookings and e-mails that follow it when they can.
 */
export function startWriter(ground: Ground, env: Record<string, string>, core = MEASURED_CORE): Promise<Replica> {
  ground.sandbox.moderator.faults.set([{ kind: 'hang' }]);
  const settings = { MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS, UPSTREAM_TIMEOUT_MS: String(HELD_MS), ...env };
  return startReplica(ground, settings, core);
}
