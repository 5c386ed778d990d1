import { isUpstreamError } from '../clients/upstream-error.ts';
import type { ExcessUsageService } from '../excess-usage/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import { MAX_AMOUNT } from '../kernel/money.ts';
import { ok, type Result, refused } from '../kernel/result.ts';
import type { SettledExcess } from '../ledger/index.ts';
import type { OrganizationsService } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import {
  checkQuantity,
  type OfferedOption,
  type QuantityFaultCode,
  type TopupOptionsService,
} from '../topup-options/index.ts';
import { buildQuote, mostOrderable, type Quote, type QuoteItem } from './rules/quote.ts';
import { organizationUnavailable, type UserError, userError } from './rules/user-error.ts';
import { type ClaimRow, settledOrClaimedExcess, toSettledExcess } from './store/claimed-excess.ts';

/** What the buyer wants of one quota; `field` is where in the input it stands. */
export interface WantedItem {
  code: string;
  quantity: bigint;
  field: string[] | null;
}

export interface QuoteRequest {
  organizationId: string;
  items: readonly WantedItem[];
  /** The order that is quoted anew: what it carries itself is not claimed by another. */
  orderId?: string;
}

/** A quote, and what confirmOrder must know beyond it. */
export interface QuotedOrder {
  quote: Quote;
  organizationName: string;
  /** Excess that was left out of it, because it is settled or another order carries it. */
  claimed: readonly ClaimRow[];
  /** Labels of contract lines whose contract has no end in the future: such an order can be looked at, not confirmed. */
  linesWithoutContractEnd: readonly string[];
}

const QUANTITY_MESSAGES: Record<QuantityFaultCode, (near: bigint) => string> = {
  BELOW_MINIMUM: (near) => `is below the minimum of ${near}`,
  ABOVE_MAXIMUM: (near) => `is above the maximum of ${near}`,
  NOT_A_MULTIPLE: (near) => `is off the step; the nearest valid quantity is ${near}`,
  NOT_A_CHOICE: (near) => `is not among the choices; the nearest is ${near}`,
};

/**
 * Gates, inputs and prices as they are now, from hub-core and Mekari Billing themselves: what createTopupOrder freezes and
 * confirmOrder compares with. Reads only. Refusals name every item that is wrong, not the first.
 */
export class QuoteOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly organizations: OrganizationsService,
    private readonly options: TopupOptionsService,
    private readonly excess: ExcessUsageService,
    private readonly clock: Clock,
  ) {}

  async quote(request: RequestContext, wanted: QuoteRequest): Promise<Result<QuotedOrder, UserError[]>> {
    const organization = await this.organizations.findFresh(wanted.organizationId, { urgent: true });
    if (organization === undefined || isUpstreamError(organization)) {
      return refused([organizationUnavailable({ retryable: organization !== undefined })]);
    }

    const codes = new Set(wanted.items.map((item) => item.code));
    const evaluated = await this.options.orderable(request, organization, codes);
    if (evaluated === undefined) {
      return refused([userError('FEATURE_DISABLED', 'Self top-up is not available to your organization.')]);
    }

    const [claimed] = await this.database.ask(request, settledOrClaimedExcess(organization.id, wanted.orderId));
    const settledOrClaimed = toSettledExcess(claimed);
    const results = await Promise.all(
      wanted.items.map(async (item): Promise<Result<QuoteItem, UserError>> => {
        const option = evaluated.offered.find(({ configuration }) => configuration.code === item.code);
        if (option !== undefined) return this.quoteItem(request, option, item, settledOrClaimed);
        const hidden = evaluated.hidden.find(({ configuration }) => configuration.code === item.code);
        return refused(unavailable(item, hidden?.reason === 'PRICE_UNAVAILABLE'));
      }),
    );
    const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
    if (errors.length > 0) return refused(errors);

    const today = jakartaDate(this.clock.now());
    const quote = buildQuote(
      results.flatMap((result) => (result.ok ? [result.value] : [])),
      today,
    );
    if (quote.total > MAX_AMOUNT) {
      return refused([
        userError('INVALID_QUANTITY', 'The order is larger than can be charged.', {
          field: wanted.orderId === undefined ? ['input', 'items'] : null,
        }),
      ]);
    }
    const linesWithoutContractEnd = quote.lines
      .filter((line) => line.kind === 'TOPUP' && line.quotaType === 'contract')
      .filter((line) => line.periodEnd === null || line.periodEnd < today)
      .map((line) => line.label);
    return ok({ quote, organizationName: organization.name, claimed, linesWithoutContractEnd });
  }

  private async quoteItem(
    request: RequestContext,
    option: OfferedOption,
    { quantity, field }: WantedItem,
    settledOrClaimed: SettledExcess,
  ): Promise<Result<QuoteItem, UserError>> {
    const { configuration, organization, rule } = option;
    const quantityField = field === null ? null : [...field, 'quantity'];
    const checked = checkQuantity(rule, quantity);
    if (!checked.ok) {
      const { code, suggested } = checked.error;
      const message = `${quantity} ${QUANTITY_MESSAGES[code](suggested)}.`;
      return refused(userError(code, message, { field: quantityField, suggestedQuantity: suggested }));
    }
    const most = mostOrderable(option);
    if (quantity > most) {
      const message = `${quantity} is more than can be ordered at once: at most ${most}.`;
      return refused(userError('INVALID_QUANTITY', message, { field: quantityField }));
    }
    const owed = await this.excess.owed(request, organization, configuration, { settledOrClaimed });
    if (owed !== undefined) return ok({ option, quantity, owed });
    const message = 'What is owed for this quota cannot be priced at the moment: try again in a while.';
    return refused(userError('EXCESS_UNAVAILABLE', message, { field, retryable: true }));
  }
}

function unavailable({ field }: WantedItem, priceUnavailable: boolean): UserError {
  const at = field === null ? null : [...field, 'optionId'];
  if (priceUnavailable) {
    const message = 'Its price cannot be had from Mekari Billing at the moment: try again in a while.';
    return userError('PRICE_UNAVAILABLE', message, { field: at, retryable: true });
  }
  return userError('OPTION_UNAVAILABLE', 'This option is not available to your organization.', { field: at });
}
