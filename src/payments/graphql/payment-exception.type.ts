import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { ForSupport } from '../../platform/graphql/access-directives.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { PageInfo } from '../../platform/graphql/page-info.type.ts';
import { DateTimeScalar } from '../../platform/graphql/scalars.ts';
import type { ExceptionReason } from '../rules/exception-reason.ts';

export const PaymentExceptionReason = {
  UNDER_REVIEW: 'UNDER_REVIEW',
  REVIEW_OVERDUE: 'REVIEW_OVERDUE',
  UNKNOWN_ORDER: 'UNKNOWN_ORDER',
  OTHER_INVOICE: 'OTHER_INVOICE',
  SECOND_PAYMENT: 'SECOND_PAYMENT',
  NOT_PAYABLE: 'NOT_PAYABLE',
  CONTRADICTS_PAYMENT: 'CONTRADICTS_PAYMENT',
  SURPLUS: 'SURPLUS',
  TO_GIVE_BACK: 'TO_GIVE_BACK',
  REFUNDED: 'REFUNDED',
  IMPLAUSIBLE_TIME: 'IMPLAUSIBLE_TIME',
} as const satisfies { [R in ExceptionReason]: R };
registerEnumType(PaymentExceptionReason, {
  name: 'PaymentExceptionReason',
  description: 'The reason why a payment awaits an operator.',
  valuesConfig: {
    UNDER_REVIEW: { description: 'The order is under review: the payment does not match it, or cannot be read.' },
    REVIEW_OVERDUE: { description: 'The order has been under review for seven days after its deadline.' },
    UNKNOWN_ORDER: { description: 'The notice names an order that does not exist.' },
    OTHER_INVOICE: {
      description:
        "The invoice is not the order's: it belongs to another order or another provider, or the provider does not know it for this order.",
    },
    SECOND_PAYMENT: {
      description: 'A second payment of an order that is paid, of earlier versions; now it is a SURPLUS.',
    },
    NOT_PAYABLE: { description: 'A notice of a payment for an order that was never confirmed.' },
    CONTRADICTS_PAYMENT: {
      description: 'A notice says of a paid order that its invoice expired, or that its payment failed.',
    },
    SURPLUS: {
      description:
        'More came in than the order asks for, another currency came in after its credit, or anything after its refund.',
    },
    TO_GIVE_BACK: { description: 'An operator decided that this money goes back to the buyer.' },
    REFUNDED: { description: 'Money of a paid order was given back, or charged back.' },
    IMPLAUSIBLE_TIME: {
      description: "The payment's time cannot be right or cannot be read; the time of receipt stands for it.",
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'A payment that awaits an operator: under review until its order moves, or an exception until it is closed.',
})
@ForSupport()
export class PaymentException {
  @Field(() => ID, { description: 'The id, by which an operator closes it.' })
  id!: string;

  @Field(() => DateTimeScalar, { description: 'The time at which the notice of the payment came in.' })
  receivedAt!: Date;

  @Field(() => PaymentExceptionReason, { description: 'The reason why it awaits an operator.' })
  reason!: ExceptionReason;

  @Field(() => String, { description: 'The order number as the provider names it; we may have no such order.' })
  orderNumber!: string;

  @Field(() => String, { description: "The provider's id of the invoice." })
  invoiceId!: string;

  @Field(() => Money, {
    nullable: true,
    description: 'Rupiah: the sum that the notice names, or the part in question; null without one.',
  })
  amount!: Money | null;

  @Field(() => String, { description: 'The currency that the notice names, such as `IDR`.' })
  currency!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The time of payment, as the provider names it.' })
  paidAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'A sentence about it, for operators.' })
  detail!: string | null;

  /** Leads to order; not part of the graph. */
  orderId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'One payment of a page.' })
@ForSupport()
export class PaymentExceptionEdge {
  @Field(() => String, { description: 'An opaque cursor for `after`.' })
  cursor!: string;

  @Field(() => PaymentException, { description: 'The payment.' })
  node!: PaymentException;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A page of the payments that await an operator, oldest first (Relay).',
})
@ForSupport()
export class PaymentExceptionConnection {
  @Field(() => [PaymentExceptionEdge], { description: 'The payments of this page.' })
  edges!: PaymentExceptionEdge[];

  @Field(() => PageInfo, { description: 'The position of the page.' })
  pageInfo!: PageInfo;
}
