import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOption } from '../../topup-options/index.ts';
import type { PendingOrdersLoader } from '../pending-orders-loader.ts';
import { TopupOrder } from './order.type.ts';
import { toTopupOrder } from './to-graphql.ts';

@Resolver(() => TopupOption)
export class PendingOrderResolver {
  constructor(private readonly pending: PendingOrdersLoader) {}

  @FieldResolver(() => TopupOrder, {
    nullable: true,
    description: "The organization's latest order for this quota that awaits its payment; null if there is none.",
  })
  async pendingOrder(
    @Root() { organizationId, code }: TopupOption,
    @Ctx() request: RequestContext,
  ): Promise<TopupOrder | null> {
    const order = await this.pending.ofCode(request, organizationId, code);
    return order === undefined ? null : toTopupOrder(order);
  }
}
