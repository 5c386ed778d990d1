import DataLoader from 'dataloader';
import type { CachedLookup } from '../clients/cache/cached.ts';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import type { UpstreamError } from '../clients/upstream-error.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { PageWait } from '../platform/server/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import type { TopupEligibility } from './graphql/organization.type.ts';
import { ELIGIBILITY_FLAGS, eligibility } from './rules/eligibility.ts';

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

  /** By the flags that it was found with: for as long as these are the same, and hub-core's answer is. */
  private readonly eligible = new WeakMap<OrganizationSnapshot, { flags: object; eligibility: TopupEligibility }>();

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
    return this.lookup.peek(organizationId);
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
    const flags = this.flags.steady(request);
    const said = this.eligible.get(organization);
    if (flags !== undefined && said?.flags === flags) return said.eligibility;
    const found = eligibility(organization, await this.flags.snapshot(request, organization.id, ELIGIBILITY_FLAGS));
    if (flags !== undefined) this.eligible.set(organization, { flags, eligibility: found });
    return found;
  }
}
