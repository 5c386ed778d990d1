import DataLoader from 'dataloader';
import type { Flags } from './flags.ts';
import type { Neighbours, OrganizationSnapshot } from './neighbours.ts';
import { perRequest, type RequestContext } from './request.ts';
import { ELIGIBILITY_FLAGS, eligibility } from './rules.ts';

export type Organizations = ReturnType<typeof createOrganizations>;

/** Organizations as excess and eligibility read them, as at 7376654: batched within a request. */
export function createOrganizations(lookup: Neighbours['organizations'], flags: Flags) {
  const loader = perRequest(
    () => new DataLoader<string, OrganizationSnapshot | undefined>((ids) => lookup.loadMany(ids)),
  );
  const find = (request: RequestContext, id: string) => loader(request).load(id);
  return {
    find,
    /** undefined: hub-core knows no such organization. */
    async eligibility(request: RequestContext, id: string) {
      const organization = await find(request, id);
      if (organization === undefined) return undefined;
      return eligibility(organization, await flags.snapshot(request, id, ELIGIBILITY_FLAGS));
    },
  };
}
