import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { type OrdersLoaders, TopupOrderType, TopupUserError, toPayload } from '../../orders/index.ts';
import { RequiresWrite } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { CheckPayment } from '../check-payment.ts';

@InputType({ description: 'The order whose payment is to be checked.' })
export class CheckTopupPaymentInput {
  @Field(() => ID, { description: 'Id of a confirmed order.' })
  orderId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What became of checkTopupPayment.' })
export class CheckTopupPaymentPayload {
  @Field(() => TopupOrderType, { nullable: true, description: 'The order as it stands; null when there is none.' })
  order?: TopupOrderType;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'Why it could not be checked; empty when it was.' })
  userErrors!: TopupUserError[];
}

@Resolver()
export class CheckPaymentResolver {
  constructor(
    private readonly payments: CheckPayment,
    private readonly orders: OrdersLoaders,
  ) {}

  @RequiresWrite()
  @Mutation(() => CheckTopupPaymentPayload, {
    nullable: true,
    description: 'Asks Mekari Pay whether the order was paid, and credits it if so: for buyers who wait.',
  })
  async checkTopupPayment(
    @Arg('input', () => CheckTopupPaymentInput, { description: 'What to do.' }) input: CheckTopupPaymentInput,
    @Ctx() request: RequestContext,
  ): Promise<CheckTopupPaymentPayload> {
    return toPayload(request, this.orders, await this.payments.checkForBuyer(request, input.orderId));
  }
}
