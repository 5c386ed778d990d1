import type { OrganizationsService } from '../organizations/index.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue, TopupConfiguration } from '../topup-options/index.ts';
import type { PriceOwed } from './price-owed.ts';
import type { OwedExcess } from './rules/owed.ts';

/** Excess of a configuration, with the row that names and books it. */
export interface ConfigurationExcess {
  configuration: TopupConfiguration;
  owed: readonly OwedExcess[];
  /** When hub-core reported it. */
  asOf: Date;
}

/** What one organization owes, as its page shows it. */
export class ListExcess {
  /**
   * Once per request and organization: empty where the page is gated, undefined for an organization that hub-core does not know.
   * Rows whose price cannot be had are dropped.
   */
  readonly shown = perRequestAndKey((request, organizationId) => this.list(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly excess: PriceOwed,
  ) {}

  async shownOfCode(request: RequestContext, organizationId: string, code: string) {
    const shown = await this.shown(request, organizationId);
    return shown?.find(({ configuration }) => configuration.code === code);
  }

  private async list(
    request: RequestContext,
    organizationId: string,
  ): Promise<readonly ConfigurationExcess[] | undefined> {
    const [organization, eligible] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.organizations.eligibility(request, organizationId),
    ]);
    if (organization === undefined || eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return [];
    const rows = await this.catalogue.rows();
    const active = rows.map(({ configuration }) => configuration).filter((configuration) => configuration.active);
    const excess = await Promise.all(
      active.map(async (configuration) => ({
        configuration,
        asOf: organization.asOf,
        owed: (await this.excess.owed(request, organization, configuration)) ?? [],
      })),
    );
    return excess.filter(({ owed }) => owed.length > 0);
  }
}
