import DataLoader from 'dataloader';
import { type HubCore, MAX_IDS, type OrganizationSnapshot } from './hub-core.ts';
import { UpstreamError } from './upstream-error.ts';

/** Asks hub-core about one organization. undefined: hub-core knows none of this id. Throws UpstreamError. */
export type FindOrganization = (
  id: string,
  how: { fresh: boolean; urgent: boolean },
) => Promise<OrganizationSnapshot | undefined>;

/**
 * Collects the ids that pages ask for within one turn of the event loop into calls of MAX_IDS each. `fresh` is what an order needs:
 * it is asked alone, because an organization that spoils its batch must not take an order's answer away.
 * `onFailure` is told of each call that failed, and of each organization whose answer cannot be read.
 */
export function findInBatches(
  hubCore: HubCore,
  onFailure: (ids: readonly string[], error: UpstreamError) => void,
): FindOrganization {
  async function find(
    ids: readonly string[],
    urgent: boolean,
  ): Promise<(OrganizationSnapshot | undefined | UpstreamError)[]> {
    const found = await hubCore.organizations(ids, { urgent }).catch((error) => {
      if (error instanceof UpstreamError) onFailure(ids, error);
      throw error;
    });
    return ids.map((id) => {
      const organization = found.get(id);
      if (organization instanceof UpstreamError) onFailure([id], organization);
      return organization;
    });
  }

  const batches = new DataLoader<string, OrganizationSnapshot | undefined>((ids) => find(ids, false), {
    cache: false,
    maxBatchSize: MAX_IDS,
    batchScheduleFn: (run) => setImmediate(run),
  });

  return async (id, { fresh, urgent }) => {
    if (!fresh) return batches.load(id);
    const [organization] = await find([id], urgent);
    if (organization instanceof UpstreamError) throw organization;
    return organization;
  };
}
