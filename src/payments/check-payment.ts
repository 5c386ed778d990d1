import type { DataSource } from 'typeorm';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  AWAITS_SETTLEMENT,
  currentOrder,
  type OrderOutcome,
  orderById,
  orderNotFound,
  orderOfOrganization,
  paymentProviderUnavailable,
  setPaymentChecked,
  type TopupOrder,
  UNDER_REVIEW,
  userError,
} from '../orders/index.ts';
import { organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, markFailed, setFacts } from '../platform/telemetry/spans.ts';
import type { Answer } from './answer.ts';
import type { EndByProvider } from './end-by-provider.ts';
import { InvoiceTaken } from './invoice-taken.ts';
import type { IssueInvoice } from './issue-invoice.ts';
import { everyInvoiceOf } from './order-invoices.ts';
import type { PaymentProvider } from './provider.ts';
import type { ReportOthers } from './report-others.ts';
import type { ReviewUnreadable } from './review-unreadable.ts';
import type { SettleReceived } from './settle-received.ts';
import { invoiceIdsOf } from './store/order-payments.ts';

type Source = Answer['source'];
type Checked = 'received' | 'unpaid' | 'ended' | UpstreamError;

/**
 * Asks the provider what came in for an order, because a webhook may never come or may tell a part only, and settles the
 * answer. An unpaid order whose invoice was never stored gets one.
 */
export class CheckPayment {
  constructor(
    private readonly callers: TenantDatabase,
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly invoices: IssueInvoice,
    private readonly received: SettleReceived,
    private readonly unreadable: ReviewUnreadable,
    private readonly ends: EndByProvider,
    private readonly others: ReportOthers,
    private readonly clock: Clock,
  ) {}

  /** Runs the buyer's own check. An order that awaits no payment is returned as it is. */
  async checkForBuyer(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    const order = await orderOfOrganization(this.callers, request, organizationId, orderId);
    if (order === undefined) return { userErrors: [orderNotFound()] };
    if (order.confirmedAt === null) {
      const message = `The order is ${order.status} and was never confirmed: there is no payment to check.`;
      return { order, userErrors: [userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] })] };
    }
    if (!AWAITS_SETTLEMENT.has(order.status) && !UNDER_REVIEW.has(order.status)) return { order, userErrors: [] };
    const checked = await inOrderSpan('check payment', order, async (span) => {
      const answer = await this.check('check', order);
      if (isUpstreamError(answer)) markFailed(span, answer);
      else setFacts(span, { outcome: answer });
      return answer;
    });
    return {
      order: await currentOrder(this.callers, request, order.id),
      userErrors: isUpstreamError(checked) ? [paymentProviderUnavailable(checked)] : [],
    };
  }

  /** Runs the poll's check now. Throws UpstreamError if the provider fails. */
  async checkNow(order: TopupOrder): Promise<void> {
    const checked = await this.check('poll', order);
    if (isUpstreamError(checked)) throw checked;
  }

  /** Runs the job that follows a notice. Throws UpstreamError if the provider fails, so that the job is retried. */
  async checkForNotice(orderId: string): Promise<void> {
    const checked = await this.check('check', await orderById(this.database, orderId));
    if (isUpstreamError(checked)) throw checked;
  }

  /**
   * Returns "received" if anything was ever received for the order, "ended" if the provider's own end is the order's, and the
   * UpstreamError if the provider fails. A pending order without an invoice gets one while there is time to pay it.
   */
  async check(source: Source, order: TopupOrder): Promise<Checked> {
    const checked = await this.checkOnce(source, order);
    // The order that took the invoice meanwhile is committed: the second answer sets the invoice apart.
    return checked instanceof InvoiceTaken ? this.checkOnce(source, order) : checked;
  }

  private async checkOnce(source: Source, order: TopupOrder): Promise<Checked> {
    try {
      // Stored before the call, so that an order on which the provider fails does not block the head of the poll queue.
      await setPaymentChecked(this.database, order.id, this.clock.now());
      const paidIds = await invoiceIdsOf(this.database, order.id);
      const { invoices, others, isUnknown } = await everyInvoiceOf(this.database, this.provider, order, paidIds);
      const { name: provider } = this.provider;
      await this.others.enter(order, { provider, source, others });
      if (isUnknown) {
        await this.ends.ofUnknown(source, provider, order);
        return 'ended';
      }
      const answer = { provider, source, invoices };
      // fault point: review, answered and not settled
      if ((await this.received.settle(order.id, answer)).isAny) return 'received';
      if (order.status === 'PENDING_PAYMENT' && (await this.ends.ofAnswer(source, order, invoices))) return 'ended';
      const { failure, isRefused } = await this.invoices.issue(await orderById(this.database, order.id));
      return failure ?? (isRefused ? 'ended' : 'unpaid');
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.kind === 'malformed' && !(error instanceof InvoiceTaken)) await this.unreadable.count(source, order.id);
      return error;
    }
  }
}
