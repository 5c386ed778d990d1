import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { type OrdersLoaders, TopupOrderType, toTopupOrder } from '../../orders/index.ts';
import { organizationToRead } from '../../organizations/index.ts';
import { RequiresSupport } from '../../platform/graphql/access-directives.ts';
import { PageSize } from '../../platform/graphql/limits/list-size.ts';
import { money } from '../../platform/graphql/money.type.ts';
import { cursorOf, FIRST_OPTIONS, pageInfo, pageSize, parseCursor } from '../../platform/graphql/page.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { ListExceptions } from '../list-exceptions.ts';
import { exceptionReason } from '../rules/exception-reason.ts';
import type { OpenPayment } from '../store/payment-exceptions.ts';
import { PaymentException, PaymentExceptionConnection } from './payment-exception.type.ts';

@ArgsType()
class PaymentExceptionArgs {
  @Field(() => ID, {
    nullable: true,
    description: 'The organization whose orders they concern; null for all, and for payments without an order of ours.',
  })
  organizationId?: string | null;

  @Field(() => Int, FIRST_OPTIONS)
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last payment on the previous page.' })
  after?: string | null;
}

@Resolver()
export class PaymentExceptionsResolver {
  constructor(private readonly exceptions: ListExceptions) {}

  @RequiresSupport()
  @PageSize()
  @SemanticNonNull()
  @Query(() => PaymentExceptionConnection, {
    nullable: true,
    description: 'The payments that await an operator, oldest first, for support. Operators close them by a command.',
  })
  async paymentExceptions(
    @Args(() => PaymentExceptionArgs) { first, after, organizationId }: PaymentExceptionArgs,
    @Ctx() request: RequestContext,
  ): Promise<PaymentExceptionConnection> {
    if (typeof after === 'string') parseCursor(after);
    const { payments, hasNextPage } = await this.exceptions.page({
      first: pageSize(first),
      after: after ?? undefined,
      organizationId: typeof organizationId === 'string' ? organizationToRead(request, organizationId) : undefined,
    });
    const edges = payments.map((payment) => ({
      cursor: cursorOf({ createdAt: payment.receivedAt, id: payment.id }),
      node: toPaymentException(payment),
    }));
    return { edges, pageInfo: pageInfo(edges, after ?? undefined, hasNextPage) };
  }
}

@Resolver(() => PaymentException)
export class PaymentExceptionResolver {
  constructor(private readonly orders: OrdersLoaders) {}

  @FieldResolver(() => TopupOrderType, { nullable: true, description: 'The order; null if it is none of ours.' })
  async order(@Root() { orderId }: PaymentException, @Ctx() request: RequestContext) {
    const order = orderId === null ? null : await this.orders.visible(request, orderId);
    return order && toTopupOrder(order);
  }
}

function toPaymentException(payment: OpenPayment): PaymentException {
  const { id, receivedAt, orderNumber, orderId, invoiceId, amount, currency, paidAt, detail } = payment;
  return {
    id,
    receivedAt,
    reason: exceptionReason(payment.outcome),
    orderNumber,
    orderId,
    invoiceId,
    amount: amount === null ? null : money(amount),
    currency,
    paidAt,
    detail,
  };
}
