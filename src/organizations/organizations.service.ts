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
 * Organizations as hub-core describes them, remembered for seconds between requests. While hub-core fails, reading goes on with
 * its last answer, for ten minutes; every answer says of when it is.
 */
export class OrganizationsService {
  /**
   * Once per request and organization: all that a request shows is of one snapshot and of one state of the flags. Organizations
   * that are asked for together come together, so that the loaders after this one ask for them together too.
   */
  private readonly gated = perRequest(
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

  /** For reading. undefined: hub-core knows no such organization. Throws UpstreamError where it cannot be asked. */
  async find(request: RequestContext, organizationId: string): Promise<OrganizationSnapshot | undefined> {
    return (await this.gated(request).load(organizationId))?.organization;
  }

  /** For reading, as find(). */
  async eligibility(request: RequestContext, organizationId: string): Promise<Eligibility | undefined> {
    return (await this.gated(request).load(organizationId))?.eligibility;
  }

  /** For what must be true now: asks hub-core again. Urgent is what a buyer waits for. */
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
