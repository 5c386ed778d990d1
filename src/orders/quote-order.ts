import type { OrganizationDetails } from '../clients/hub-core.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { type ExcessQuantity, type PriceOwed, reportedQuantities } from '../excess-usage/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import type { Rupiah } from '../kernel/money.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import { type ExcessQuantities, toExcessQuantities } from '../ledger/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import type { EvaluatedOptions, OfferedOption, SelectOrderable } from '../topup-options/index.ts';
import { frozenPeriods, samePrices } from './rules/compare-quotes.ts';
import { onlyGrew } from './rules/excess-growth.ts';
import type { LinePeriod } from './rules/line-period.ts';
import { buildQuote, canWithhold, type Quote, type QuoteItem, type Withholding } from './rules/quote.ts';
import { chargeRefusal, labelsWithoutContractEnd, optionRefusal, quantityRefusal } from './rules/quote-refusals.ts';
import {
  excessPending,
  excessUnavailable,
  organizationUnavailable,
  type UserError,
  userError,
  withholdingNotApplicable,
} from './rules/user-error.ts';
import type { WantedItem } from './rules/wanted-items.ts';
import { type ClaimedLine, claimedLines, takenExcess } from './store/taken-excess.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

/** A quote, and the other facts that an order freezes. */
export interface QuotedOrder {
  quote: Quote;
  /** True if something in the order has a tax that the buyer may keep back. */
  canWithhold: boolean;
  organizationName: string;
  /** For documents of the order. */
  organizationDetails: OrganizationDetails;
  /** The total above which the organization asks for an approval; undefined if it does not. */
  approvalLimit: Rupiah | undefined;
  /** hub-core's report of the excess of the order's quotas. */
  reported: readonly ExcessQuantity[];
  /** Excess that the quote leaves out, because it is settled or another order claims it. */
  taken: readonly ExcessQuantity[];
  /** The lines by which other orders claim excess. */
  claims: readonly ClaimedLine[];
  /**
   * Labels of contract lines whose contract has no end in the future. Such an order can be created, but not confirmed.
   */
  linesWithoutContractEnd: readonly string[];
}

interface WantedQuote {
  items: readonly WantedItem[];
  withholding: Withholding | null;
  /** The draft that is quoted again: its own excess does not count as taken. */
  orderId?: string;
}

export interface DraftToRequote {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  /** hub-core's report when the draft was quoted; undefined if the previous version stored none. */
  excessAtQuote: readonly ExcessQuantity[] | undefined;
}

/** A draft quoted again at fresh prices. */
export interface RequotedOrder extends QuotedOrder {
  /**
   * Periods to freeze; undefined if any price or quantity differs from the one that the buyer saw, except for excess that only
   * grew.
   */
  periods: readonly (LinePeriod & { id: string })[] | undefined;
}

/**
 * Quotes an order: gates, inputs and prices, as hub-core and Mekari Billing give them now. createTopupOrder freezes the
 * quote; confirmOrder compares it with the frozen one. Only reads. A refusal names every faulty item, not just the
 * first.
 */
export class QuoteOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly organizations: OrganizationsService,
    private readonly options: SelectOrderable,
    private readonly excess: PriceOwed,
    private readonly clock: Clock,
  ) {}

  async quote(
    request: RequestContext,
    organizationId: string,
    wanted: { items: readonly WantedItem[]; withholding: Withholding | null },
  ): Promise<Result<QuotedOrder, UserError[]>> {
    const quoted = chargeable(await this.quoteItems(request, organizationId, wanted), ['input', 'items']);
    const isInVain = wanted.withholding !== null && quoted.ok && !quoted.value.canWithhold;
    return isInVain ? refused([withholdingNotApplicable()]) : quoted;
  }

  /** Quotes a draft again, and compares: its own excess does not count as taken. */
  async requote(
    request: RequestContext,
    { order, lines, excessAtQuote }: DraftToRequote,
  ): Promise<Result<RequotedOrder, UserError[]>> {
    const items = lines
      .filter((line) => line.kind === 'TOPUP')
      .map((line) => ({ code: line.quotaCode, quantity: line.quantity, field: null }));
    const wanted = { items, withholding: order.withholding, orderId: order.id };
    const quoted = await this.quoteItems(request, order.organizationId, wanted);
    if (!quoted.ok) return quoted;
    const { quote, reported, taken, claims } = quoted.value;
    const pending = claims.filter(({ code }) => items.some((item) => item.code === code));
    if (pending.length > 0) return refused(excessPending(pending));
    // A draft of the previous version has no report: any difference then counts as a change.
    const excess = { frozen: frozenExcess(lines), atQuote: excessAtQuote ?? reported, atConfirm: reported, taken };
    if (samePrices(lines, quote.lines) && onlyGrew(excess)) {
      return ok({ ...quoted.value, periods: frozenPeriods(lines, quote.lines) });
    }
    const changed = chargeable(quoted, null);
    return changed.ok ? ok({ ...changed.value, periods: undefined }) : changed;
  }

  private async quoteItems(
    request: RequestContext,
    organizationId: string,
    { items, withholding, orderId }: WantedQuote,
  ): Promise<Result<QuotedOrder, UserError[]>> {
    const organization = await this.organizations.findFresh(organizationId, { urgent: true });
    if (organization === undefined || isUpstreamError(organization)) {
      return refused([organizationUnavailable({ retryable: organization !== undefined })]);
    }
    const evaluated = await this.options.orderable(request, organization, new Set(items.map(({ code }) => code)));
    if (evaluated === undefined) {
      return refused([userError('FEATURE_DISABLED', 'Self top-up is not available to your organization.')]);
    }
    const now = this.clock.now();
    // Claims are read last: one that is not among them is not in the taken excess either, so a confirm notices it.
    const [taken, claimed] = await this.database.reads(
      request,
      takenExcess(organizationId, now, orderId),
      claimedLines([organizationId], now),
    );
    const priced = await this.priceItems(request, items, evaluated, toExcessQuantities(taken));
    if (!priced.ok) return priced;
    const today = jakartaDate(now);
    const quote = buildQuote(priced.value, { today, withholding });
    return ok({
      quote,
      canWithhold: canWithhold(priced.value),
      organizationName: organization.name,
      organizationDetails: organization.details,
      approvalLimit: organization.approvalLimit,
      reported: priced.value.flatMap(({ option }) => reportedQuantities(option.configuration, organization.excess)),
      taken,
      claims: claimed.filter((claim) => claim.orderId !== orderId),
      linesWithoutContractEnd: labelsWithoutContractEnd(quote, today),
    });
  }

  /** Refuses with an error for every faulty item. */
  private async priceItems(
    request: RequestContext,
    items: readonly WantedItem[],
    { offered, hidden }: EvaluatedOptions,
    taken: ExcessQuantities,
  ): Promise<Result<QuoteItem[], UserError[]>> {
    const results = await Promise.all(
      items.map(async (item): Promise<Result<QuoteItem, UserError>> => {
        const option = offered.find(({ configuration }) => configuration.code === item.code);
        if (option !== undefined) return this.priceItem(request, option, item, taken);
        return refused(
          optionRefusal(
            item,
            hidden.find(({ configuration }) => configuration.code === item.code),
          ),
        );
      }),
    );
    const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
    return errors.length > 0 ? refused(errors) : ok(results.flatMap((result) => (result.ok ? [result.value] : [])));
  }

  private async priceItem(
    request: RequestContext,
    option: OfferedOption,
    item: WantedItem,
    taken: ExcessQuantities,
  ): Promise<Result<QuoteItem, UserError>> {
    const refusal = quantityRefusal(option, item);
    if (refusal !== undefined) return refused(refusal);
    const { configuration, organization } = option;
    const owed = await this.excess.owed(request, organization, configuration, { settledOrClaimed: taken });
    return owed === undefined ? refused(excessUnavailable(item.field)) : ok({ option, quantity: item.quantity, owed });
  }
}

function chargeable(quoted: Result<QuotedOrder, UserError[]>, field: string[] | null): typeof quoted {
  const refusal = quoted.ok ? chargeRefusal(quoted.value.quote.total, field) : undefined;
  return refusal === undefined ? quoted : refused([refusal]);
}

const frozenExcess = (lines: readonly TopupOrderLine[]): ExcessQuantity[] =>
  lines.flatMap(({ quotaCode: code, excessPeriod: period, quantity }) =>
    period === null ? [] : [{ code, period, quantity }],
  );
