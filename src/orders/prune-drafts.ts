import type { DataSource } from 'typeorm';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { deleteAbandonedDrafts, type IsReferredTo } from './store/pruning.ts';

const KEPT_SECONDS = 30 * 86_400;
/** The most drafts in one transaction. */
const BATCH = 500;

/**
 * Deletes drafts that nobody confirmed, 30 days after their quote ran out (domain.md 8). Their idempotency keys stay. An order
 * that was ever confirmed is never deleted. Each batch commits alone, so a crash leaves the rest to the next run.
 */
export class PruneDrafts {
  constructor(
    private readonly database: DataSource,
    private readonly isReferredTo: IsReferredTo,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** When `stopping` is aborted, finishes the current batch. */
  async run(stopping?: AbortSignal): Promise<void> {
    const quotedBefore = addSeconds(this.clock.now(), -KEPT_SECONDS);
    const batch = { quotedBefore, limit: BATCH, isReferredTo: this.isReferredTo };
    let pruned = 0;
    let deleted = BATCH;
    while (deleted === BATCH && !stopping?.aborted) {
      deleted = await deleteAbandonedDrafts(this.database, batch);
      pruned += deleted;
    }
    if (pruned > 0) this.log.info({ event: 'drafts_pruned', orders: pruned });
  }
}
