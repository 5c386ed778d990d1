import 'reflect-metadata';
import { ExcessLabelResolver, ExcessUsageResolver, TopupOptionExcessResolver } from '../excess-usage/index.ts';
import {
  ClaimedExcessResolver,
  OrderMutationsResolver,
  OrdersResolver,
  PendingOrderResolver,
  TopupOrderConnectionResolver,
  TopupOrderLineResolver,
  TopupOrderResolver,
  TopupUserErrorResolver,
  topupOrderReference,
} from '../orders/index.ts';
import { OrganizationResolver, resolveOrganizationReference } from '../organizations/index.ts';
import { CheckPaymentResolver, PaymentsResolver } from '../payments/index.ts';
import type { MutationTrail } from '../platform/graphql/decorate-schema.ts';
import { buildSubgraph, type Subgraph } from '../platform/graphql/subgraph-schema.ts';
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
  | 'pendingOrders'
  | 'createOrder'
  | 'confirmOrder'
  | 'cancelOrder'
  | 'checkPayment'
  | 'payments'
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
      new OrdersResolver(orders),
      new TopupOrderConnectionResolver(orders),
      new TopupOrderResolver(orders),
      new TopupOrderLineResolver(),
      new PendingOrderResolver(services.pendingOrders),
      new OrderMutationsResolver(services.createOrder, services.confirmOrder, services.cancelOrder, orders),
      new TopupUserErrorResolver(orders),
      new CheckPaymentResolver(services.checkPayment, orders),
      new PaymentsResolver(services.payments),
    ],
    references: {
      Organization: resolveOrganizationReference,
      TopupOption: topupOptionReference(options),
      TopupOrder: topupOrderReference(orders),
    },
    mutationTrail,
  });
}
