import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../platform/graphql/scalars.ts';
import { EVENT_KINDS, type EventKind } from '../rules/event-kind.ts';
import type { OrderStatus } from '../rules/order-state.ts';
import { TopupOrderStatus } from './order.type.ts';

export const TopupOrderEventKind = Object.fromEntries(EVENT_KINDS.map((kind) => [kind, kind])) as {
  [K in EventKind]: K;
};
registerEnumType(TopupOrderEventKind, {
  name: 'TopupOrderEventKind',
  description:
    "The kind of a step of an order's timeline. More may follow: a client shows one that it does not know as such.",
  valuesConfig: {
    CREATED: { description: 'The buyer created the order.' },
    QUOTED_ANEW: { description: 'Prices had changed, and the draft got a new quote.' },
    SUBMITTED: { description: 'The draft was submitted for approval.' },
    APPROVED: { description: 'A second person approved the draft.' },
    REJECTED: { description: 'A second person rejected the draft.' },
    CONFIRMED: { description: 'The buyer confirmed the order.' },
    PAYMENT_RECEIVED: {
      description:
        'A payment came in that did not move the order: a further part of the sum, or money after the order was paid or refunded. `TopupOrder.payments` has its amount.',
    },
    PAID: {
      description: 'The sum was received, or an operator accepted what came in, and the quotas were credited.',
    },
    BOOKED: { description: 'Accounting booked the order.' },
    REVIEW: { description: 'A payment does not match the order, or cannot be read.' },
    EXPIRED: {
      description: 'The quote or the time to pay ran out, or Mekari Pay has ended the invoice or does not know it.',
    },
    CANCELLED: { description: 'The order was cancelled.' },
    REFUNDED: {
      description: 'An operator refunded the order, or Mekari Pay gave back all that had come in before a credit.',
    },
    PAYMENT_REFUSED: { description: 'Mekari Pay will not make the invoice, and the order is cancelled for that.' },
    MAIL_SENT: { description: 'A mail was sent. The timeline does not list mails yet.' },
    OPERATOR_ACTED: {
      description: 'An operator did something that did not move the order, or the system closed what awaited one.',
    },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A person or a program that called.' })
export class TopupActor {
  @Field(() => ID, { description: "The token's subject." })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'The name in the token; null if it had none.' })
  name!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A step of an order's timeline." })
export class TopupOrderEvent {
  @Field(() => DateTimeScalar, { description: 'The time of the step.' })
  at!: Date;

  @Field(() => TopupOrderStatus, { nullable: true, description: 'The status before; null for the creation.' })
  from!: OrderStatus | null;

  @Field(() => TopupOrderStatus, {
    description:
      'The status after; the same as before for a new quote, an approval, and a payment or an action of an operator that moves nothing.',
  })
  to!: OrderStatus;

  @Field(() => String, {
    description: 'The cause, e.g. `confirmOrder` or `payment: webhook`.',
    deprecationReason: 'Read `kind` and `actor`: these texts may change. Removed after 2027-06-30.',
  })
  cause!: string;

  @Field(() => TopupOrderEventKind, { description: 'The kind of the step, for programs.' })
  kind!: EventKind;

  @Field(() => TopupActor, {
    nullable: true,
    description: 'The caller who caused the step; null if an operator or the system did.',
  })
  actor!: TopupActor | null;
}
