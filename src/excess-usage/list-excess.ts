import type { OrganizationsService } from '../organizations/index.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue, TopupConfiguration } from '../topup-options/index.ts';
import type { ClaimedExcess, Claims } from './claims.ts';
import type { PriceOwed } from './price-owed.ts';
import type { OwedExcess } from './rules/owed.ts';

export interface ConfigurationExcess {
  organizationId: string;
  configuration: TopupConfiguration;
  /** Reported and not settled, at the current price; the claimed part is still in it. */
  owed: readonly OwedExcess[];
  /** The part on the lines of orders that await their payment, at the frozen prices. */
  claims: readonly ClaimedExcess[];
  /** Start of the call to hub-core. */
  asOf: Date;
}

export interface ExcessReport {
  /** Omits rows without a current price; claimed excess has a frozen one. Empty while the page is gated. */
  excess: readonly ConfigurationExcess[];
  /** False if the debt of some quota is unknown. */
  isComplete: boolean;
  isGated: boolean;
}

/** The excess of one organization, as its page shows it. */
export class ListExcess {
  /** Runs once per request and organization. undefined if hub-core does not know the organization. */
  readonly report = perRequestAndKey((request, organizationId) => this.load(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly excess: PriceOwed,
    private readonly claims: Claims,
  ) {}

  async list(request: RequestContext, organizationId: string): Promise<readonly ConfigurationExcess[] | undefined> {
    return (await this.report(request, organizationId))?.excess;
  }

  async findByCode(request: RequestContext, organizationId: string, code: string) {
    const excess = await this.list(request, organizationId);
    return excess?.find(({ configuration }) => configuration.code === code);
  }

  private async load(request: RequestContext, organizationId: string): Promise<ExcessReport | undefined> {
    const [organization, eligible] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.organizations.eligibility(request, organizationId),
    ]);
    if (organization === undefined || eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return { excess: [], isComplete: true, isGated: true };
    const [rows, claims] = await Promise.all([
      this.catalogue.rows(),
      this.claims.ofOrganization(request, organizationId),
    ]);
    const active = rows.map(({ configuration }) => configuration).filter((configuration) => configuration.active);
    const all = await Promise.all(
      active.map(async (configuration) => ({
        organizationId,
        configuration,
        asOf: organization.asOf,
        claims: claims.filter(({ code }) => code === configuration.code),
        owed: await this.excess.owed(request, organization, configuration),
      })),
    );
    const excess = all
      .map(({ owed = [], ...of }) => ({ ...of, owed }))
      .filter(({ owed, claims: ofCode }) => owed.length > 0 || ofCode.length > 0);
    return { excess, isComplete: all.every(({ owed }) => owed !== undefined), isGated: false };
  }
}
