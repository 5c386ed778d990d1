import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { ONE_RUPIAH, type Rupiah } from '../kernel/money.ts';
import type { SettledExcess, SettledExcessLoader } from '../ledger/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue, Prices, TopupConfiguration } from '../topup-options/index.ts';
import { type OwedExcess, owedQuantities, priceExcess } from './rules/owed.ts';

/** Excess of a configuration, with the row that names and books it. */
export interface ConfigurationExcess {
  configuration: TopupConfiguration;
  owed: readonly OwedExcess[];
  /** When hub-core reported it. */
  asOf: Date;
}

export class ExcessUsageService {
  /**
   * What the page shows, once per request and organization: empty where the page is gated, undefined for an unknown
   * organization. Rows whose price cannot be had are dropped.
   */
  readonly shown = perRequestAndKey((request, organizationId) => this.read(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly catalogue: Catalogue,
    private readonly prices: Prices,
    private readonly settled: SettledExcessLoader,
  ) {}

  private async read(
    request: RequestContext,
    organizationId: string,
  ): Promise<readonly ConfigurationExcess[] | undefined> {
    const [organization, eligible] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.organizations.eligibility(request, organizationId),
    ]);
    if (organization === undefined || eligible === undefined) return undefined;
    if (!eligible.newPageEnabled) return [];
    const rows = await this.catalogue.all(request);
    const active = rows.map((row) => row.configuration).filter((configuration) => configuration.active);
    const excess = await Promise.all(
      active.map(async (configuration) => ({
        configuration,
        asOf: organization.asOf,
        owed: (await this.owed(request, organization, configuration)) ?? [],
      })),
    );
    return excess.filter(({ owed }) => owed.length > 0);
  }

  async shownOfCode(request: RequestContext, organizationId: string, code: string) {
    const shown = await this.shown(request, organizationId);
    return shown?.find(({ configuration }) => configuration.code === code);
  }

  /**
   * What the organization owes for one quota; undefined where that cannot be known now. For an order the price is asked
   * anew, and `claimed` is what other orders that await payment already carry.
   */
  async owed(
    request: RequestContext,
    organization: OrganizationSnapshot,
    configuration: TopupConfiguration,
    order?: { settledOrClaimed: SettledExcess },
  ): Promise<readonly OwedExcess[] | undefined> {
    if (configuration.excessKey === null) return [];
    const { excess, unknownExcess } = organization;
    if (unknownExcess.includes('*') || unknownExcess.includes(configuration.excessKey)) return undefined;
    if (!excess.some(({ key }) => key === configuration.excessKey)) return [];
    const settled = order?.settledOrClaimed ?? (await this.settled.ofOrganization(request, organization.id));
    const quantities = owedQuantities(configuration, organization.excess, settled);
    if (quantities.length === 0) return [];
    const unitPrice = await this.unitPrice(request, configuration, order !== undefined);
    if (unitPrice === undefined) return undefined;
    const owed = quantities.map((quantity) => priceExcess(configuration.code, quantity, unitPrice));
    return owed.every((row) => row !== undefined) ? owed : undefined;
  }

  /** Without an excess package the quantity is rupiah already. */
  private async unitPrice(request: RequestContext, configuration: TopupConfiguration, fresh: boolean) {
    if (configuration.excessPackageId === null) return ONE_RUPIAH;
    const price = await this.prices.ofPackage(request, configuration.excessPackageId, { fresh });
    return isUpstreamError(price) ? undefined : (price satisfies Rupiah);
  }
}
