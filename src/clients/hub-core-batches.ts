import DataLoader from 'dataloader';
import { type HubCore, MAX_IDS, type OrganizationSnapshot } from './hub-core.ts';
import { UpstreamError } from './upstream-error.ts';

/** Finds one organization; undefined if hub-core does not know the id. Throws UpstreamError. */
export type FindOrganization = (
  id: string,
  options: { fresh: boolean; urgent: boolean },
) => Promise<OrganizationSnapshot | undefined>;

/**
 * Collects the ids that pages need within one turn of the event loop into calls of MAX_IDS each. An order (`fresh`) gets a call of its
 * own, because an organization that spoils its batch must not spoil an order's answer.
 * `onFailure` hears about each failed call, and about each organization with a malformed answer.
 */
export function findInBatches(
  hubCore: HubCore,
  onFailure: (ids: readonly string[], error: UpstreamError) => void,
): FindOrganization {
  async function find(
    ids: readonly string[],
    urgent: boolean,
  ): Promise<(OrganizationSnapshot | undefined | UpstreamError)[]> {
    const answers = await hubCore.organizations(ids, { urgent }).catch((error) => {
      if (error instanceof UpstreamError) onFailure(ids, error);
      throw error;
    });
    return ids.map((id) => {
      const organization = answers.get(id);
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
