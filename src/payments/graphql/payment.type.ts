import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Money } from '../../platform/graphql/money.type.ts';
import { DateTimeScalar } from '../../platform/graphql/scalars.ts';

export const TopupPaymentStatus = { PENDING_SUM: 'PENDING_SUM', ACCEPTED: 'ACCEPTED', REFUNDED: 'REFUNDED' } as const;
registerEnumType(TopupPaymentStatus, {
  name: 'TopupPaymentStatus',
  description: 'What became of a payment.',
  valuesConfig: {
    PENDING_SUM: { description: 'It awaits the rest of the sum, or an operator.' },
    ACCEPTED: { description: 'The order is paid. Of what is beyond its sum an operator decides.' },
    REFUNDED: {
      description:
        'All that came in by its invoice was given back, or the order was refunded: then it may be on its way.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A payment that came in for an order; several may add up to its sum.',
})
export class TopupPayment {
  @Field(() => ID, { description: "The payment's id." })
  id!: string;

  @Field(() => DateTimeScalar, { description: 'The time at which it came in.' })
  receivedAt!: Date;

  @Field(() => Money, { nullable: true, description: 'Rupiah; null if it came in another currency.' })
  amount!: Money | null;

  @Field(() => String, { description: 'The amount as it came in, in decimal digits.' })
  originalAmount!: string;

  @Field(() => String, { description: 'The currency in which it came in, such as `IDR`.' })
  originalCurrency!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The channel, e.g. `va_bni`; null if the provider does not say.',
  })
  method!: string | null;

  @Field(() => TopupPaymentStatus, { description: 'What became of it.' })
  status!: keyof typeof TopupPaymentStatus;
}
