import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { SUBSCRIBED_BY_PARTS, type Subscribe } from '../../platform/graphql/subscriptions.ts';
import type { FollowOrder } from '../follow-order.ts';
import type { TopupOrder as OrderRow } from '../store/topup-order.entity.ts';
import { TopupOrder } from './order.type.ts';
import { toTopupOrder } from './to-graphql.ts';

@Resolver()
export class OrderChangesResolver {
  @RequiresRead()
  @Subscription(() => TopupOrder, {
    ...SUBSCRIBED_BY_PARTS,
    nullable: true,
    description:
      'An order: as it is at once, then after each change. Null if the caller has no such order, and the stream ends. It ends after fifteen minutes too, or when the token expires: subscribe again. Where too many streams and requests of the caller or of the service wait, its one event is RATE_LIMITED. It comes as an event stream, see docs/gateways.md; `topupOrder(changedSince, waitSeconds)` is for clients whose gateway carries none.',
  })
  topupOrderChanged(
    @Root() order: OrderRow | null,
    @Arg('id', () => ID, { description: "The order's id." }) _id: string,
  ): TopupOrder | null {
    return order === null ? null : toTopupOrder(order);
  }
}

export function topupOrderChanges(follow: FollowOrder): Subscribe {
  // Changes come under the id as PostgreSQL writes it.
  return (_source, { id }, request) => follow.follow(request, String(id).toLowerCase());
}
