import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { DecimalScalar } from '../../platform/graphql/scalars.ts';
import type { Withholding } from '../rules/quote.ts';
import { type TopupErrorCode as Code, TOPUP_ERROR_CODES, type UserError } from '../rules/user-error.ts';
import { TopupOrder, TopupWithholding } from './order.type.ts';
import { TopupPriceChange } from './price-change.type.ts';

export const TopupErrorCode = Object.fromEntries(TOPUP_ERROR_CODES.map((code) => [code, code])) as { [C in Code]: C };
registerEnumType(TopupErrorCode, {
  name: 'TopupErrorCode',
  description: 'The reason for a refusal.',
  valuesConfig: {
    FEATURE_DISABLED: {
      description: 'Self top-up is not available to the organization: topupEligibility gives the reason.',
    },
    OPTION_UNAVAILABLE: { description: 'The option is not offered to the organization.' },
    PRICE_UNAVAILABLE: { description: 'Mekari Billing cannot give the price at the moment.' },
    EXCESS_UNAVAILABLE: {
      description: 'The outstanding excess must be settled first, and cannot be priced at the moment.',
    },
    ORGANIZATION_UNAVAILABLE: {
      description: 'hub-core cannot give the organization at the moment, or does not know it.',
    },
    EMPTY_ORDER: { description: 'The order has no item.' },
    DUPLICATE_OPTION: { description: 'An option occurs twice in the order.' },
    INVALID_QUANTITY: { description: 'The quantity or the total exceeds the maximum that can be charged.' },
    BELOW_MINIMUM: { description: 'The quantity is below the minimum; suggestedQuantity is the minimum.' },
    ABOVE_MAXIMUM: { description: 'The quantity is above the maximum; suggestedQuantity is the maximum.' },
    NOT_A_CHOICE: { description: 'The quantity is not one of the choices; suggestedQuantity is the nearest.' },
    NOT_A_MULTIPLE: {
      description: 'The quantity is not a multiple of the step; suggestedQuantity is the nearest multiple.',
    },
    ORDER_NOT_FOUND: { description: 'The organization has no such order.' },
    INVALID_TRANSITION: { description: "The order's status does not allow this." },
    QUOTE_EXPIRED: { description: 'The quote has expired: create the order again.' },
    TOTAL_MISMATCH: { description: "expectedTotal is not the order's total." },
    PRICE_CHANGED: {
      description:
        'Prices, excess or taxes have changed: the order has a new quote, and priceChange has both totals and the lines that changed.',
    },
    EXCESS_PENDING: {
      description:
        'Another order carries the excess of the same quota and awaits its payment. `order` is that order: it is to be paid or cancelled first.',
    },
    TOO_MANY_OPEN_ORDERS: {
      description:
        'The organization has as many orders awaiting their payment, or as many drafts, as it may have. The message names the limit.',
    },
    CONTRACT_END_MISSING: {
      description: 'A line is valid until the contract ends, and the contract has no end date in the future.',
    },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key was used with other content.' },
    PAYMENT_PROVIDER_UNAVAILABLE: {
      description: 'Mekari Pay does not respond. A confirmed order stays confirmed, and its payment link follows.',
    },
    PAYMENT_REFUSED: { description: 'Mekari Pay will not make this invoice, and the order is cancelled for that.' },
    PAYMENT_RECEIVED: { description: 'Something was received for the order, so it cannot be cancelled.' },
    APPROVAL_REQUIRED: {
      description:
        "The order's total is above the limit of its organization, and no other person has approved it: submit it first, or await the decision. A rejected order stays refused.",
    },
    OWN_ORDER: { description: 'The caller created or submitted the order: another person decides on it.' },
    WITHHOLDING_NOT_APPLICABLE: { description: 'No tax is withheld on anything in the order.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A refusal by a business rule: the fault, its place in the input, and the correction.',
})
export class TopupUserError implements UserError {
  @Field(() => TopupErrorCode, { description: 'The reason, for programs.' })
  code!: Code;

  @Field(() => String, { description: 'The reason, for people.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The path to the faulty input, e.g. `["input", "items", "0", "quantity"]`.',
  })
  field!: string[] | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'The nearest valid quantity.' })
  suggestedQuantity!: bigint | null;

  /** The id behind `order`; not part of the graph. */
  orderId!: string | null;

  @Field(() => Boolean, { description: 'True if the same call may succeed later.' })
  retryable!: boolean;
}

@InputType({ description: 'A quantity of one option.' })
export class TopupOrderItemInput {
  @Field(() => ID, { description: 'Id of a TopupOption.' })
  optionId!: string;

  @Field(() => DecimalScalar, { description: 'Units; rupiah for an AMOUNT.' })
  quantity!: bigint;
}

@InputType({ description: 'The items to order.' })
export class CreateTopupOrderInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The organization of the token, which is the default and the only valid value.',
  })
  organizationId?: string;

  @Field(() => [TopupOrderItemInput], {
    description: 'Each option at most once. The outstanding excess of its quota is added automatically.',
  })
  items!: TopupOrderItemInput[];

  @Field(() => TopupWithholding, {
    nullable: true,
    description:
      'Declares that your company keeps this tax back and pays it to the state: the order then asks for `payable`, and a withholding slip is awaited.',
  })
  withholding?: Withholding;

  @Field(() => String, {
    nullable: true,
    description: "Your own number for this purchase, for the order's documents: at most 64 visible characters.",
  })
  purchaseOrderNumber?: string;

  @Field(() => String, {
    description:
      'A key of 1 to 255 characters, unique per organization. A repeat with the same content returns the first order.',
  })
  idempotencyKey!: string;
}

@InputType({ description: 'The order to confirm, and the total that the buyer has seen.' })
export class ConfirmOrderInput {
  @Field(() => ID, { description: 'Id of a DRAFT.' })
  orderId!: string;

  @Field(() => DecimalScalar, { description: 'The total that the buyer has seen, in rupiah.' })
  expectedTotal!: bigint;

  @Field(() => String, {
    description:
      'A key of 1 to 255 characters, unique per organization. A repeat with the same content returns the first order.',
  })
  idempotencyKey!: string;
}

@InputType({ description: 'The order to cancel.' })
export class CancelTopupOrderInput {
  @Field(() => ID, { description: 'Id of an order in DRAFT or PENDING_PAYMENT.' })
  orderId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The result of createTopupOrder.' })
export class CreateTopupOrderPayload {
  @Field(() => TopupOrder, {
    nullable: true,
    description:
      'A DRAFT, or after a repeat the order of the first call as it is now. Null after a refusal; with QUOTE_EXPIRED that first order, if it still exists.',
  })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'The reasons for a refusal; empty on success.' })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'The result of confirmOrder.' })
export class ConfirmOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: 'The current order; null if there is none.' })
  order?: TopupOrder;

  @Field(() => TopupPriceChange, {
    nullable: true,
    description: 'Both totals and the lines that changed; only with PRICE_CHANGED.',
  })
  priceChange?: TopupPriceChange;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'The reasons for a refusal; empty on success.' })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'The result of cancelTopupOrder.' })
export class CancelTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: 'The current order; null if there is none.' })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: 'The reasons for a refusal; empty on success.' })
  userErrors!: TopupUserError[];
}
