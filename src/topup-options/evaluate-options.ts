import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Rupiah } from '../kernel/money.ts';
import type { FlagSnapshot, Flags } from '../platform/flags/flags.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { CatalogueRow } from './catalogue.ts';
import type { Prices } from './prices.ts';
import { closedGate, gatingFlags, type HiddenReason } from './rules/gating.ts';
import type { QuantityRule } from './rules/option-value.ts';
import { noQuantity, ruleFor } from './rules/quantity.ts';
import type { Tax } from './rules/taxes.ts';
import type { TopupConfiguration } from './store/topup-configuration.entity.ts';

/** A configuration whose gates are open, with its rule for one organization. */
interface OpenOption {
  configuration: TopupConfiguration;
  organization: OrganizationSnapshot;
  rule: QuantityRule;
  taxes: readonly Tax[];
}

export interface OfferedOption extends OpenOption {
  unitPrice: Rupiah;
}

export interface HiddenOption {
  configuration: TopupConfiguration;
  reason: HiddenReason;
  detail: string;
  /** True if a later try may find a price. */
  isRetryable?: boolean;
}

export interface EvaluatedOptions {
  offered: readonly OfferedOption[];
  hidden: readonly HiddenOption[];
}

/** Decides which catalogue rows one organization is offered, and prices them. */
export class EvaluateOptions {
  constructor(
    private readonly flags: Flags,
    private readonly prices: Prices,
  ) {}

  /** Reads the flags of all rows at once, and prices only rows with open gates. `fresh`: new prices, for an order. */
  async evaluate(
    request: RequestContext,
    rows: readonly CatalogueRow[],
    organization: OrganizationSnapshot,
    { fresh }: { fresh: boolean },
  ): Promise<EvaluatedOptions> {
    const keys = gatingFlags(rows.map(({ configuration }) => configuration));
    const flags = await this.flags.snapshot(organization.id, keys);
    const results = await Promise.all(
      rows.map((row) => {
        const option = gateRow(row, organization, flags);
        return 'reason' in option ? option : this.price(request, option, fresh);
      }),
    );
    return {
      offered: results.filter((result) => 'unitPrice' in result),
      hidden: results.filter((result) => 'reason' in result),
    };
  }

  private async price(
    request: RequestContext,
    option: OpenOption,
    fresh: boolean,
  ): Promise<OfferedOption | HiddenOption> {
    const { configuration } = option;
    const unitPrice = await this.unitPrice(request, configuration, fresh);
    if (typeof unitPrice === 'bigint') return { ...option, unitPrice };
    const { message: detail, isRetryable } = unitPrice;
    return { configuration, reason: 'PRICE_UNAVAILABLE', detail, isRetryable };
  }

  /** Uses the row's own price only if it is fixed, never as a fallback (domain.md 5). */
  private async unitPrice(
    request: RequestContext,
    { isFixedCost, basePrice, packageId }: TopupConfiguration,
    fresh: boolean,
  ): Promise<Rupiah | { message: string; isRetryable: boolean }> {
    const isRetryable = false;
    if (isFixedCost) return basePrice ?? { message: 'The row has is_fixed_cost but no base_price.', isRetryable };
    if (packageId === null) return { message: 'The row has no package_id, and so no price.', isRetryable };
    const price = await this.prices.ofPackage(request, packageId, { fresh });
    return isUpstreamError(price) ? { message: price.message, isRetryable: price.kind !== 'rejected' } : price;
  }
}

function gateRow(
  { configuration, ...row }: CatalogueRow,
  organization: OrganizationSnapshot,
  flags: FlagSnapshot,
): OpenOption | HiddenOption {
  const gate = closedGate(configuration, organization, flags);
  if (gate !== undefined) return { configuration, ...gate };
  if (row.fault !== undefined) return { configuration, reason: 'INVALID_CONFIGURATION', detail: row.fault };
  const ownRule = ruleFor(configuration.code, row.rule, organization.mcc);
  const detail = noQuantity(ownRule);
  if (detail !== undefined) return { configuration, reason: 'INVALID_CONFIGURATION', detail };
  return { configuration, organization, rule: ownRule, taxes: row.taxes };
}
