import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { Money } from '../../platform/graphql/money.type.ts';
import { DecimalScalar } from '../../platform/graphql/scalars.ts';
import { type TopupErrorCode as Code, TOPUP_ERROR_CODES, type UserError } from '../rules/user-error.ts';
import { TopupOrder } from './order.type.ts';

export const TopupErrorCode = Object.fromEntries(TOPUP_ERROR_CODES.map((code) => [code, code])) as { [C in Code]: C };
registerEnumType(TopupErrorCode, {
  name: 'TopupErrorCode',
  description: 'Why a mutation was refused.',
  valuesConfig: {
    FEATURE_DISABLED: { description: 'Self top-up is not available to the organization: topupEligibility says why.' },
    OPTION_UNAVAILABLE: { description: 'The option is not offered to the organization.' },
    PRICE_UNAVAILABLE: { description: 'The price cannot be had from Mekari Billing at the moment.' },
    EXCESS_UNAVAILABLE: { description: 'What is owed cannot be priced at the moment, and must be settled first.' },
    ORGANIZATION_UNAVAILABLE: { description: "The organization's data cannot be had at the moment." },
    EMPTY_ORDER: { description: 'The order has no item.' },
    DUPLICATE_OPTION: { description: 'An option is in the order twice.' },
    INVALID_QUANTITY: { description: 'The quantity or the total is larger than can be charged.' },
    BELOW_MINIMUM: { description: 'The quantity is below the minimum; suggestedQuantity is the minimum.' },
    ABOVE_MAXIMUM: { description: 'The quantity is above the maximum; suggestedQuantity is the maximum.' },
    NOT_A_CHOICE: { description: 'The quantity is not among the choices; suggestedQuantity is the nearest.' },
    NOT_A_MULTIPLE: { description: 'The quantity is off the step; suggestedQuantity is the nearest multiple.' },
    ORDER_NOT_FOUND: { description: 'The organization has no such order.' },
    INVALID_TRANSITION: { description: 'The order is in a status from which this is not possible.' },
    QUOTE_EXPIRED: { description: 'The quote has run out: create the order again.' },
    TOTAL_MISMATCH: { description: "The total that was sent is not the order's." },
    PRICE_CHANGED: { description: 'Prices have moved: the order was quoted anew, priceChange has both totals.' },
    CONTRACT_END_MISSING: {
      description: 'A line is valid to the end of the contract, and the contract has none ahead.',
    },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key was used with other content.' },
    PAYMENT_PROVIDER_UNAVAILABLE: {
      description:
        'Mekari Pay cannot be reached. A confirmed order stays confirmed; its payment link arrives by itself.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A refusal that is part of the business: what is wrong, where, and what would be right.',
})
export class TopupUserError implements UserError {
  @Field(() => TopupErrorCode, { description: 'For programs.' })
  code!: Code;

  @Field(() => String, { description: 'For people.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The way to the input that is wrong, e.g. `["input", "items", "0", "quantity"]`.',
  })
  field!: string[] | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'The nearest quantity that is valid.' })
  suggestedQuantity!: bigint | null;

  @Field(() => Boolean, { description: 'Whether the same may succeed later.' })
  retryable!: boolean;
}

@InputType({ description: 'How much of one option.' })
export class TopupOrderItemInput {
  @Field(() => ID, { description: 'Id of a TopupOption.' })
  optionId!: string;

  @Field(() => DecimalScalar, { description: 'Units; rupiah for an AMOUNT.' })
  quantity!: bigint;
}

@InputType({ description: 'What is to be ordered.' })
export class CreateTopupOrderInput {
  @Field(() => ID, { nullable: true, description: 'Defaults to the organization of the token, and can be no other.' })
  organizationId?: string;

  @Field(() => [TopupOrderItemInput], {
    description: 'Each option at most once. Excess of its quota is added by itself.',
  })
  items!: TopupOrderItemInput[];

  @Field(() => String, {
    description:
      'Of 1 to 255 characters, unique per organization: repeated with the same content it answers the first order.',
  })
  idempotencyKey!: string;
}

@InputType({ description: 'The order to confirm, at the total that the buyer has seen.' })
export class ConfirmOrderInput {
  @Field(() => ID, { description: 'Id of a DRAFT.' })
  orderId!: string;

  @Field(() => DecimalScalar, { description: "The order's total as the buyer saw it, in rupiah." })
  expectedTotal!: bigint;

  @Field(() => String, {
    description:
      'Of 1 to 255 characters, unique per organization: repeated with the same content it answers the first order.',
  })
  idempotencyKey!: string;
}

@InputType({ description: 'The order to cancel.' })
export class CancelTopupOrderInput {
  @Field(() => ID, { description: 'Id of an order in DRAFT or PENDING_PAYMENT.' })
  orderId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'From what to what the total moved.' })
export class TopupPriceChange {
  @Field(() => Money, { description: 'The total that the buyer saw.' })
  oldTotal!: Money;

  @Field(() => Money, { description: 'The total at current prices.' })
  newTotal!: Money;
}

@ObjectType({ simpleResolvers: true, description: 'What became of createTopupOrder.' })
export class CreateTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: 'The order in DRAFT; null when it was refused.' })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'Why it was refused; empty when it was not.' })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of confirmOrder.' })
export class ConfirmOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: 'The order as it stands; null when there is none.' })
  order?: TopupOrder;

  @Field(() => TopupPriceChange, { nullable: true, description: 'Only with PRICE_CHANGED.' })
  priceChange?: TopupPriceChange;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'Why it was refused; empty when it was not.' })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of cancelTopupOrder.' })
export class CancelTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: 'The order as it stands; null when there is none.' })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'Why it was refused; empty when it was not.' })
  userErrors!: TopupUserError[];
}
