import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { ExcessUsage } from '../../excess-usage/index.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOrder } from './order.type.ts';
import type { OrdersLoaders } from './orders.loaders.ts';
import { toTopupOrder } from './to-graphql.ts';

@Resolver(() => ExcessUsage)
export class ClaimedExcessResolver {
  constructor(private readonly orders: OrdersLoaders) {}

  @FieldResolver(() => TopupOrder, {
    nullable: true,
    description:
      'The order that carries this excess and awaits its payment: no other order settles it meanwhile. Null if no order does.',
  })
  async claimedBy(@Root() { orderId }: ExcessUsage, @Ctx() request: RequestContext): Promise<TopupOrder | null> {
    const order = orderId === null ? null : await this.orders.visible(request, orderId);
    return order && toTopupOrder(order);
  }
}
