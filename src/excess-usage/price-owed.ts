import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { ONE_RUPIAH, type Rupiah } from '../kernel/money.ts';
import type { ExcessQuantities, SettledExcessLoader } from '../ledger/index.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { Prices, TopupConfiguration } from '../topup-options/index.ts';
import { type OwedExcess, owedQuantities, priceExcess } from './rules/owed.ts';

/** The excess that an organization owes for one quota, at the current price. */
export class PriceOwed {
  constructor(
    private readonly prices: Prices,
    private readonly settled: SettledExcessLoader,
  ) {}

  /**
   * undefined while the debt is unknown. An order reads a new price, and passes as `settledOrClaimed` the excess that is settled or
   * that other orders awaiting payment include.
   */
  async owed(
    request: RequestContext,
    organization: OrganizationSnapshot,
    configuration: TopupConfiguration,
    order?: { settledOrClaimed: ExcessQuantities },
  ): Promise<readonly OwedExcess[] | undefined> {
    if (configuration.excessKey === null) return [];
    const { excess, unknownExcess } = organization;
    if (unknownExcess.includes('*') || unknownExcess.includes(configuration.excessKey)) return undefined;
    if (!excess.some(({ key }) => key === configuration.excessKey)) return [];
    const settled = order?.settledOrClaimed ?? (await this.settled.ofOrganization(request, organization.id));
    const quantities = owedQuantities(configuration, excess, settled);
    if (quantities.length === 0) return [];
    const unitPrice = await this.unitPrice(request, configuration, order !== undefined);
    if (unitPrice === undefined) return undefined;
    const owed = quantities.map((quantity) => priceExcess(configuration.code, quantity, unitPrice));
    return owed.every((row) => row !== undefined) ? owed : undefined;
  }

  /** Without an excess package, the quantity is rupiah already. */
  private async unitPrice(
    request: RequestContext,
    { excessPackageId }: TopupConfiguration,
    fresh: boolean,
  ): Promise<Rupiah | undefined> {
    if (excessPackageId === null) return ONE_RUPIAH;
    const price = await this.prices.ofPackage(request, excessPackageId, { fresh });
    return isUpstreamError(price) ? undefined : price;
  }
}
