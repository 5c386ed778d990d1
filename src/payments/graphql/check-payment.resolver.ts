import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { type OrdersLoaders, TopupOrderType, TopupUserError, toPayload } from '../../orders/index.ts';
import { RequiresWrite } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { CheckPayment } from '../check-payment.ts';

@InputType({ description: 'The order whose payment to check.' })
export class CheckTopupPaymentInput {
  @Field(() => ID, { description: 'Id of a confirmed order.' })
  orderId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of checkTopupPayment.' })
export class CheckTopupPaymentPayload {
  @Field(() => TopupOrderType, { nullable: true, description: 'The current order; null if there is none.' })
  order?: TopupOrderType;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'The reasons for a refusal; empty on success.' })
  userErrors!: TopupUserError[];
}

@Resolver()
export class CheckPaymentResolver {
  constructor(
    private readonly payments: CheckPayment,
    private readonly orders: OrdersLoaders,
  ) {}

  @RequiresWrite()
  @SemanticNonNull()
  @Mutation(() => CheckTopupPaymentPayload, {
    nullable: true,
    description: 'Asks Mekari Pay for the payment of the order, and credits it if it is paid. For buyers who wait.',
  })
  async checkTopupPayment(
    @Arg('input', () => CheckTopupPaymentInput, { description: 'The arguments of the mutation.' })
    input: CheckTopupPaymentInput,
    @Ctx() request: RequestContext,
  ): Promise<CheckTopupPaymentPayload> {
    return toPayload(request, this.orders, await this.payments.checkForBuyer(request, input.orderId));
  }
}
