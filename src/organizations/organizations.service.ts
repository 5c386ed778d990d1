import DataLoader from 'dataloader';
import type { Cache, CacheResult } from '../clients/cache/cache.ts';
import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Flags } from '../platform/flags/flags.ts';
import type { PageWait } from '../platform/server/page-wait.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { ELIGIBILITY_FLAGS, type Eligibility, eligibility } from './rules/eligibility.ts';

interface GatedOrganization {
  organization: OrganizationSnapshot;
  eligibility: Eligibility;
}

/**
 * Organizations from hub-core, cached for seconds. While hub-core fails, reads get its last answer for ten minutes; every answer
 * has its time.
 */
export class OrganizationsService {
  /**
   * One snapshot and one state of the flags per request and organization. A batch resolves as a whole, so that the loaders after
   * this one batch too.
   */
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, GatedOrganization | undefined>((ids) =>
        Promise.all(ids.map((id) => this.gate(request, id).catch((error: Error) => error))),
      ),
  );

  constructor(
    private readonly cache: Cache<OrganizationSnapshot>,
    private readonly flags: Flags,
    private readonly pageWait: PageWait,
  ) {}

  /** For reading. undefined if hub-core does not know the organization. Throws UpstreamError if hub-core fails. */
  async find(request: RequestContext, organizationId: string): Promise<OrganizationSnapshot | undefined> {
    return (await this.loader(request).load(organizationId))?.organization;
  }

  /** For reading, like find(). */
  async eligibility(request: RequestContext, organizationId: string): Promise<Eligibility | undefined> {
    return (await this.loader(request).load(organizationId))?.eligibility;
  }

  /** For an order or a mail: calls hub-core now. `urgent` if a buyer waits. A failure is a value. */
  findFresh(organizationId: string, { urgent = false } = {}): Promise<CacheResult<OrganizationSnapshot>> {
    return this.cache.ask(organizationId, { urgent });
  }

  async eligibilityOf(organization: OrganizationSnapshot): Promise<Eligibility> {
    return eligibility(organization, await this.flags.snapshot(organization.id, ELIGIBILITY_FLAGS));
  }

  private async gate(request: RequestContext, organizationId: string): Promise<GatedOrganization | undefined> {
    const organization = await this.cache.get(organizationId, { waitMs: this.pageWait(request) });
    if (isUpstreamError(organization)) throw organization;
    return organization && { organization, eligibility: await this.eligibilityOf(organization) };
  }
}
