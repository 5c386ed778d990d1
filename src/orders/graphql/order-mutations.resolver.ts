import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { RequiresWrite } from '../../platform/graphql/access-directives.ts';
import { money } from '../../platform/graphql/money.type.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { CancelOrder } from '../cancel-order.ts';
import type { ConfirmOrder } from '../confirm-order.ts';
import type { CreateOrder, OrderOutcome } from '../create-order.ts';
import { TopupOrder } from './order.type.ts';
import {
  CancelTopupOrderInput,
  CancelTopupOrderPayload,
  ConfirmOrderInput,
  ConfirmOrderPayload,
  CreateTopupOrderInput,
  CreateTopupOrderPayload,
  TopupUserError,
} from './order-mutations.type.ts';
import type { OrdersLoaders } from './orders.loaders.ts';
import { toPriceChangeLine } from './price-change.type.ts';
import { toTopupOrder } from './to-graphql.ts';

const INPUT = 'The arguments of the mutation.';

/** Converts an outcome to a payload of the graph. The mutation made stale what the request has loaded of the order. */
export function toPayload(request: RequestContext, loaders: OrdersLoaders, { order, userErrors }: OrderOutcome) {
  if (order !== undefined) loaders.forget(request, order.id);
  return { order: order && { ...toTopupOrder(order), changedAt: null }, userErrors };
}

@Resolver()
export class OrderMutationsResolver {
  constructor(
    private readonly createOrder: CreateOrder,
    private readonly confirm: ConfirmOrder,
    private readonly cancel: CancelOrder,
    private readonly orders: OrdersLoaders,
  ) {}

  @RequiresWrite()
  @SemanticNonNull()
  @Mutation(() => CreateTopupOrderPayload, {
    nullable: true,
    description:
      'Creates a DRAFT at current prices for review. Adds the outstanding excess of the quotas that it tops up.',
  })
  async createTopupOrder(
    @Arg('input', () => CreateTopupOrderInput, { description: INPUT }) input: CreateTopupOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<CreateTopupOrderPayload> {
    const organizationId = input.organizationId ?? undefined;
    const withholding = input.withholding ?? undefined;
    const purchaseOrderNumber = input.purchaseOrderNumber ?? undefined;
    const wanted = { ...input, organizationId, withholding, purchaseOrderNumber };
    return toPayload(request, this.orders, await this.createOrder.create(request, wanted));
  }

  @RequiresWrite()
  @SemanticNonNull()
  @Mutation(() => ConfirmOrderPayload, {
    nullable: true,
    description: 'Confirms a DRAFT if its prices still hold, and returns the payment link.',
  })
  async confirmOrder(
    @Arg('input', () => ConfirmOrderInput, { description: INPUT }) input: ConfirmOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<ConfirmOrderPayload> {
    const outcome = await this.confirm.confirm(request, input);
    const { priceChange } = outcome;
    return {
      ...toPayload(request, this.orders, outcome),
      priceChange: priceChange && {
        oldTotal: money(priceChange.oldTotal),
        newTotal: money(priceChange.newTotal),
        lines: priceChange.lines.map(toPriceChangeLine),
      },
    };
  }

  @RequiresWrite()
  @SemanticNonNull()
  @Mutation(() => CancelTopupOrderPayload, {
    nullable: true,
    description: 'Cancels an unpaid order. Its invoice is voided first.',
  })
  async cancelTopupOrder(
    @Arg('input', () => CancelTopupOrderInput, { description: INPUT }) input: CancelTopupOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<CancelTopupOrderPayload> {
    return toPayload(request, this.orders, await this.cancel.cancel(request, input.orderId));
  }
}

@Resolver(() => TopupUserError)
export class TopupUserErrorResolver {
  constructor(private readonly orders: OrdersLoaders) {}

  @FieldResolver(() => TopupOrder, {
    nullable: true,
    description: 'The other order that the refusal is about; null if it is about none.',
  })
  async order(@Root() { orderId }: TopupUserError, @Ctx() request: RequestContext): Promise<TopupOrder | null> {
    const order = orderId === null ? null : await this.orders.visible(request, orderId);
    return order && toTopupOrder(order);
  }
}
