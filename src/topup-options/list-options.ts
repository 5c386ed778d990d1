import type { Clock } from '../kernel/clock.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue } from './catalogue.ts';
import type { EvaluatedOptions, EvaluateOptions, HiddenOption, OfferedOption } from './evaluate-options.ts';

/** The options of one organization: what its page shows, and what support sees of the rest. */
export class ListOptions {
  /** Once per request and organization: page and support's view are of one evaluation. */
  private readonly evaluated = perRequestAndKey((request, organizationId) => this.evaluate(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly options: EvaluateOptions,
    readonly clock: Clock,
  ) {}

  /** Empty where the page is gated, undefined for an organization that hub-core does not know. */
  async offered(request: RequestContext, organizationId: string): Promise<readonly OfferedOption[] | undefined> {
    const eligible = await this.organizations.eligibility(request, organizationId);
    if (eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return [];
    return (await this.evaluated(request, organizationId))?.offered;
  }

  async offeredByCode(request: RequestContext, organizationId: string, code: string) {
    const offered = await this.offered(request, organizationId);
    return offered?.find(({ configuration }) => configuration.code === code);
  }

  /** Every row that is not offered, whatever the gates of the page say. */
  async hidden(request: RequestContext, organizationId: string): Promise<readonly HiddenOption[] | undefined> {
    return (await this.evaluated(request, organizationId))?.hidden;
  }

  private async evaluate(request: RequestContext, organizationId: string): Promise<EvaluatedOptions | undefined> {
    const [organization, rows] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.catalogue.rows(),
    ]);
    return organization && this.options.evaluate(request, rows, organization, { fresh: false });
  }
}
