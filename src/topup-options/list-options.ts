import type { Clock } from '../kernel/clock.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue } from './catalogue.ts';
import type { EvaluatedOptions, EvaluateOptions, HiddenOption, OfferedOption } from './evaluate-options.ts';

/** The options of one organization: the offered ones for its page, the hidden ones for support. */
export class ListOptions {
  /** One evaluation per request and organization serves both lists. */
  private readonly evaluations = perRequestAndKey((request, organizationId) => this.evaluate(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly options: EvaluateOptions,
    readonly clock: Clock,
  ) {}

  /** Empty while the page is gated, undefined if hub-core does not know the organization. */
  async offered(request: RequestContext, organizationId: string): Promise<readonly OfferedOption[] | undefined> {
    const eligible = await this.organizations.eligibility(request, organizationId);
    if (eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return [];
    return (await this.evaluations(request, organizationId))?.offered;
  }

  async offeredByCode(request: RequestContext, organizationId: string, code: string) {
    const offered = await this.offered(request, organizationId);
    return offered?.find(({ configuration }) => configuration.code === code);
  }

  /** The rows whose gates are open and whose price is missing; like offered(), empty while the page is gated. */
  async unpriced(request: RequestContext, organizationId: string): Promise<readonly HiddenOption[] | undefined> {
    const eligible = await this.organizations.eligibility(request, organizationId);
    if (eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return [];
    const evaluated = await this.evaluations(request, organizationId);
    return evaluated?.hidden.filter(({ reason }) => reason === 'PRICE_UNAVAILABLE');
  }

  /** Every row that is not offered, also while the page is gated. */
  async hidden(request: RequestContext, organizationId: string): Promise<readonly HiddenOption[] | undefined> {
    return (await this.evaluations(request, organizationId))?.hidden;
  }

  private async evaluate(request: RequestContext, organizationId: string): Promise<EvaluatedOptions | undefined> {
    const [organization, rows] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.catalogue.rows(),
    ]);
    return organization && this.options.evaluate(request, rows, organization, { fresh: false });
  }
}
