import DataLoader from 'dataloader';
import type { CachedLookup } from '../clients/cached.ts';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { UpstreamError } from '../clients/upstream-error.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { PageWait } from '../platform/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/request-context.ts';
import { ELIGIBILITY_FLAGS, eligibility } from './eligibility.ts';
import type { TopupEligibility } from './organization.type.ts';

type Found = OrganizationSnapshot | undefined | UpstreamError;

/**
 * Organizations as hub-core describes them: batched within a request, remembered for seconds between requests. While hub-core
 * fails, reading goes on with its last answer, for ten minutes; every answer says of when it is.
 */
export class OrganizationsService {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, OrganizationSnapshot | undefined>((ids) =>
        this.lookup.loadMany(ids, { waitMs: this.pageWait(request) }),
      ),
  );

  constructor(
    private readonly lookup: CachedLookup<OrganizationSnapshot>,
    private readonly flags: Flags,
    private readonly pageWait: PageWait,
  ) {}

  /** For reading. undefined: hub-core knows no such organization. Throws UpstreamError where it cannot be asked. */
  async find(request: RequestContext, organizationId: string): Promise<OrganizationSnapshot | undefined> {
    return this.loader(request).load(organizationId);
  }

  /** What find() would answer, where that is known without waiting: the same object for as long as it is the same answer. */
  known(organizationId: string): OrganizationSnapshot | undefined {
    return this.lookup.peekMany([organizationId])?.[0];
  }

  /** For what must be true now: asks hub-core again. Urgent is what a buyer waits for. */
  async findFresh(organizationId: string, { urgent = false } = {}): Promise<Found> {
    const [found] = await this.lookup.loadMany([organizationId], { fresh: true, urgent });
    return found;
  }

  async eligibility(request: RequestContext, organizationId: string): Promise<TopupEligibility | undefined> {
    const organization = await this.find(request, organizationId);
    return organization && this.eligibilityOf(request, organization);
  }

  async eligibilityOf(request: RequestContext, organization: OrganizationSnapshot): Promise<TopupEligibility> {
    return eligibility(organization, await this.flags.snapshot(request, organization.id, ELIGIBILITY_FLAGS));
  }
}
