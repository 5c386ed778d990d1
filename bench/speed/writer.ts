import { MEASURED_CORE } from '../neighbours/cores.ts';
import type { Ground } from '../neighbours/ground.ts';
import { type Replica, startReplica } from '../neighbours/replica.ts';
import { NO_END_OF_MUTATIONS } from './servers.ts';

/**
 * Our server, or that of another build (`file`), for orders. Whether its jobs run is the database's to say: see `holdJobs`.
 */
export function startWriter(
  ground: Ground,
  env: Record<string, string>,
  core = MEASURED_CORE,
  file?: string,
): Promise<Replica> {
  return startReplica(ground, { MUTATIONS_PER_MINUTE: NO_END_OF_MUTATIONS, ...env }, core, file);
}
