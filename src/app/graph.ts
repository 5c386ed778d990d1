import 'reflect-metadata';
import { DocumentsResolver } from '../documents/index.ts';
import { ExcessLabelResolver, ExcessUsageResolver, TopupOptionExcessResolver } from '../excess-usage/index.ts';
import {
  ApprovalsResolver,
  ClaimedExcessResolver,
  OrderChangesResolver,
  OrderMutationsResolver,
  OrdersResolver,
  PendingOrderResolver,
  SettlementPreviewResolver,
  TopupOrderConnectionResolver,
  TopupOrderLineResolver,
  TopupOrderResolver,
  TopupPriceChangeLineResolver,
  TopupSettlementResolver,
  TopupUserErrorResolver,
  topupOrderChanges,
  topupOrderReference,
} from '../orders/index.ts';
import { OrganizationResolver, resolveOrganizationReference } from '../organizations/index.ts';
import {
  CheckPaymentResolver,
  PaymentExceptionResolver,
  PaymentExceptionsResolver,
  PaymentsResolver,
} from '../payments/index.ts';
import type { MutationTrail } from '../platform/graphql/decorate-schema.ts';
import { buildSubgraph, type Subgraph } from '../platform/graphql/subgraph-schema.ts';
import { QuotaLedgerEntryResolver, QuotaLedgerResolver } from '../statement/index.ts';
import {
  QuotaBalanceResolver,
  QuotaBalancesResolver,
  TopupOptionResolver,
  TopupOptionsResolver,
  topupOptionReference,
  UnavailableTopupOptionResolver,
} from '../topup-options/index.ts';
import type { Services } from './services.ts';

type GraphServices = Pick<
  Services,
  | 'organizations'
  | 'balances'
  | 'catalogue'
  | 'options'
  | 'excess'
  | 'orders'
  | 'settlements'
  | 'pendingOrders'
  | 'createOrder'
  | 'confirmOrder'
  | 'cancelOrder'
  | 'submitOrder'
  | 'decideApproval'
  | 'checkPayment'
  | 'payments'
  | 'exceptions'
  | 'statement'
  | 'documentLinks'
  | 'waits'
  | 'follow'
>;

/** Builds the graph from the resolvers of all features. Without a trail, for the printed schema, it records no mutation. */
export function buildGraph(services: GraphServices, mutationTrail?: MutationTrail): Subgraph {
  const { balances, catalogue, options, excess, orders } = services;
  return buildSubgraph({
    resolvers: [
      new OrganizationResolver(services.organizations),
      new TopupOptionsResolver(options),
      new TopupOptionResolver(balances),
      new UnavailableTopupOptionResolver(),
      new QuotaBalancesResolver(balances, catalogue),
      new QuotaBalanceResolver(catalogue),
      new ExcessUsageResolver(excess),
      new ExcessLabelResolver(),
      new TopupOptionExcessResolver(excess),
      new ClaimedExcessResolver(orders),
      new OrdersResolver(orders, services.waits),
      new OrderChangesResolver(),
      new TopupOrderConnectionResolver(orders),
      new TopupOrderResolver(orders),
      new TopupOrderLineResolver(),
      new SettlementPreviewResolver(services.settlements),
      new TopupSettlementResolver(),
      new TopupPriceChangeLineResolver(),
      new PendingOrderResolver(services.pendingOrders),
      new OrderMutationsResolver(services.createOrder, services.confirmOrder, services.cancelOrder, orders),
      new ApprovalsResolver(services.submitOrder, services.decideApproval, orders),
      new TopupUserErrorResolver(orders),
      new CheckPaymentResolver(services.checkPayment, orders),
      new PaymentsResolver(services.payments),
      new DocumentsResolver(services.documentLinks),
      new PaymentExceptionsResolver(services.exceptions),
      new PaymentExceptionResolver(orders),
      new QuotaLedgerResolver(services.statement),
      new QuotaLedgerEntryResolver(services.statement, orders),
    ],
    references: {
      Organization: resolveOrganizationReference,
      TopupOption: topupOptionReference(options),
      TopupOrder: topupOrderReference(orders),
    },
    subscriptions: { topupOrderChanged: topupOrderChanges(services.follow) },
    mutationTrail,
  });
}
