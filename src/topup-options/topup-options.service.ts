import type { OrganizationSnapshot } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { FlagSnapshot, Flags } from '../platform/flags/flags.ts';
import { perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';
import type { TopupHiddenReason } from './graphql/topup-option.type.ts';
import { OptionSnapshots } from './option-snapshots.ts';
import type { Prices } from './prices.ts';
import { closedGate, gatingFlags } from './rules/gating.ts';
import type { OfferedOption } from './rules/offered-option.ts';
import { ruleFor } from './rules/quantity.ts';
import type { TopupConfiguration } from './store/topup-configuration.entity.ts';

export interface HiddenOption {
  configuration: TopupConfiguration;
  reason: TopupHiddenReason;
  detail: string;
}

export interface EvaluatedOptions {
  offered: readonly OfferedOption[];
  hidden: readonly HiddenOption[];
}

const NOTHING: EvaluatedOptions = { offered: [], hidden: [] };

interface Situation {
  organization: OrganizationSnapshot;
  /** Ask Mekari Billing again rather than the hour's cache: for placing an order. */
  freshPrices: boolean;
}

export class TopupOptionsService {
  private readonly snapshots: OptionSnapshots;
  /** Once per request and organization: options, excess and support's view share it. */
  private readonly evaluated = perRequestAndKey((request, organizationId) => this.evaluateFor(request, organizationId));

  constructor(
    private readonly organizations: OrganizationsService,
    private readonly flags: Flags,
    private readonly catalogue: Catalogue,
    private readonly prices: Prices,
    readonly clock: Clock,
  ) {
    this.snapshots = new OptionSnapshots(organizations, flags, prices);
  }

  /**
   * What the page shows: empty where the page is gated, undefined for an organization that hub-core does not know. The very
   * same array for as long as nothing that it was made of has changed.
   */
  async offered(request: RequestContext, organizationId: string): Promise<readonly OfferedOption[] | undefined> {
    const rows = await this.catalogue.all(request);
    const kept = this.snapshots.find(request, organizationId, rows);
    if (kept !== undefined) return kept;
    const organization = await this.organizations.find(request, organizationId);
    if (organization === undefined) return undefined;
    const eligible = await this.organizations.eligibilityOf(request, organization);
    const evaluated = eligible.newPageEnabled ? await this.evaluated(request, organizationId) : NOTHING;
    const { offered, hidden } = evaluated ?? NOTHING;
    const flags = this.flags.steady(request);
    // A price that is missing may be had the next moment.
    if (flags !== undefined && !hidden.some(({ reason }) => reason === 'PRICE_UNAVAILABLE')) {
      this.snapshots.add({ organization, rows, flags, offered });
    }
    return offered;
  }

  async offeredByCode(request: RequestContext, organizationId: string, code: string) {
    const offered = await this.offered(request, organizationId);
    return offered?.find((option) => option.configuration.code === code);
  }

  async hidden(request: RequestContext, organizationId: string): Promise<readonly HiddenOption[] | undefined> {
    return (await this.evaluated(request, organizationId))?.hidden;
  }

  /** For an order: gates and prices as they are now, of these codes alone. undefined: orders are gated for it. */
  async orderable(
    request: RequestContext,
    organization: OrganizationSnapshot,
    codes: ReadonlySet<string>,
  ): Promise<EvaluatedOptions | undefined> {
    const eligible = await this.organizations.eligibilityOf(request, organization);
    if (!eligible.orderingEnabled) return undefined;
    const rows = await this.catalogue.all(request);
    const asked = rows.filter((row) => codes.has(row.configuration.code));
    return this.evaluate(request, asked, { organization, freshPrices: true });
  }

  private async evaluateFor(request: RequestContext, organizationId: string): Promise<EvaluatedOptions | undefined> {
    const [organization, rows] = await Promise.all([
      this.organizations.find(request, organizationId),
      this.catalogue.all(request),
    ]);
    if (organization === undefined) return undefined;
    return this.evaluate(request, rows, { organization, freshPrices: false });
  }

  private async evaluate(
    request: RequestContext,
    rows: readonly CatalogueRow[],
    situation: Situation,
  ): Promise<EvaluatedOptions> {
    const keys = gatingFlags(rows.map((row) => row.configuration));
    const flags = await this.flags.snapshot(request, situation.organization.id, keys);
    const results = await Promise.all(rows.map((row) => this.evaluateRow(request, row, flags, situation)));
    return {
      offered: results.filter((result): result is OfferedOption => 'unitPrice' in result),
      hidden: results.filter((result): result is HiddenOption => 'reason' in result),
    };
  }

  private async evaluateRow(
    request: RequestContext,
    { configuration, rule, fault }: CatalogueRow,
    flags: FlagSnapshot,
    { organization, freshPrices }: Situation,
  ): Promise<OfferedOption | HiddenOption> {
    const gate = closedGate(configuration, organization, flags);
    if (gate !== undefined) return { configuration, ...gate };
    if (rule === undefined) return { configuration, reason: 'INVALID_CONFIGURATION', detail: fault ?? '' };
    const bound = ruleFor(configuration.code, rule, organization.mcc);
    if (bound.maximum !== undefined && bound.minimum > bound.maximum) {
      const detail = `The organization's minimum of ${bound.minimum} is above the maximum of ${bound.maximum}.`;
      return { configuration, reason: 'INVALID_CONFIGURATION', detail };
    }
    const unitPrice = await this.unitPrice(request, configuration, freshPrices);
    if (typeof unitPrice !== 'bigint') return { configuration, reason: 'PRICE_UNAVAILABLE', detail: unitPrice.message };
    return { configuration, organization, rule: bound, unitPrice };
  }

  /** The row's own price only where it is a fixed one: never a fallback (domain.md 5). */
  private async unitPrice(request: RequestContext, configuration: TopupConfiguration, fresh: boolean) {
    const { isFixedCost, basePrice, packageId } = configuration;
    if (isFixedCost) return basePrice ?? { message: 'The row is of fixed cost and has no base_price.' };
    if (packageId === null) return { message: 'The row has no package to price it.' };
    const price = await this.prices.ofPackage(request, packageId, { fresh });
    return isUpstreamError(price) ? { message: price.message } : price;
  }
}
