import type { Config } from '../../config.ts';
import { approvalMailJob, mailJob } from '../../fulfilment/index.ts';
import {
  CancelOrder,
  ConfirmOrder,
  CreateOrder,
  DecideApproval,
  FollowOrder,
  OrdersLoaders,
  PendingOrdersLoader,
  PruneDrafts,
  QuoteOrder,
  randomIdentity,
  SettlementsLoader,
  SubmitOrder,
  WaitForOrder,
} from '../../orders/index.ts';
import { hasPaymentEvent, type IssueInvoice } from '../../payments/index.ts';
import { composeWatch } from '../watch.ts';
import type { PageServices } from './page.ts';
import type { Parts } from './parts.ts';

/** Creates the use cases of an order until it is paid, and the reads of orders. */
export function composeOrders(config: Config, parts: Parts, page: PageServices, invoices: IssueInvoice) {
  const { clock, log, callers, database } = parts;
  const { organizations } = page;
  const terms = {
    quoteTtlSeconds: config.QUOTE_TTL_SECONDS,
    approvalTtlSeconds: config.APPROVAL_TTL_SECONDS,
    paymentTtlSeconds: config.PAYMENT_TTL_SECONDS,
    maxOrdersAwaitingPayment: config.MAX_ORDERS_AWAITING_PAYMENT,
    maxLiveDrafts: config.MAX_LIVE_DRAFTS,
    identify: parts.identifyOrder ?? randomIdentity,
  };
  const quotes = new QuoteOrder(callers, organizations, page.orderable, page.owed, clock);
  const orders = new OrdersLoaders(callers);
  const { watch, waiters, listener } = composeWatch(config, parts);
  return {
    createOrder: new CreateOrder(callers, quotes, clock, terms),
    confirmOrder: new ConfirmOrder(callers, quotes, invoices, clock, terms),
    cancelOrder: new CancelOrder(callers, invoices, clock, (order) => mailJob('order_cancelled', order)),
    submitOrder: new SubmitOrder(callers, organizations, clock, terms, approvalMailJob),
    decideApproval: new DecideApproval(callers, clock, approvalMailJob),
    pruneDrafts: new PruneDrafts(database, hasPaymentEvent, clock, log),
    orders,
    pendingOrders: new PendingOrdersLoader(callers, clock),
    settlements: new SettlementsLoader(callers, orders, page.balances),
    waits: new WaitForOrder(orders, watch, waiters),
    follow: new FollowOrder(orders, watch, waiters),
    watch,
    waiters,
    listener,
  };
}
