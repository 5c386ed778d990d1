import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { DateTimeScalar, DecimalScalar } from '../../platform/graphql/scalars.ts';
import { SHOWN_APPROVAL_STATES, type ShownApprovalState } from '../rules/approval.ts';
import { TopupOrder } from './order.type.ts';
import { TopupActor } from './order-event.type.ts';
import { TopupUserError } from './order-mutations.type.ts';

export const TopupApprovalState = Object.fromEntries(SHOWN_APPROVAL_STATES.map((state) => [state, state])) as {
  [S in ShownApprovalState]: S;
};
registerEnumType(TopupApprovalState, {
  name: 'TopupApprovalState',
  description: "The state of an order's approval. More may follow: a client shows one that it does not know as such.",
  valuesConfig: {
    PENDING: { description: 'The order was submitted and awaits a decision until `expiresAt`.' },
    APPROVED: { description: 'The order may be confirmed at its total until `expiresAt`, by everybody who may order.' },
    REJECTED: { description: 'The order is never confirmed: it is to be cancelled, and another one created.' },
    EXPIRED: {
      description: 'It was not used: the quote ran out, the order was cancelled, or was confirmed without it.',
    },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: "The approval of an order by a second person. The order's status stays DRAFT meanwhile.",
})
export class TopupApproval {
  @Field(() => TopupApprovalState, { description: 'The current state.' })
  state!: ShownApprovalState;

  @Field(() => TopupActor, { nullable: true, description: 'The caller who submitted the order.' })
  requestedBy!: TopupActor | null;

  @Field(() => TopupActor, {
    nullable: true,
    description: 'The caller who approved or rejected the order; null before that.',
  })
  decidedBy!: TopupActor | null;

  @Field(() => String, {
    nullable: true,
    description: 'The words of the caller who decided; null before that, and for an approval without any.',
  })
  reason!: string | null;

  @Field(() => DateTimeScalar, {
    description: "The end of the quote, and of its approval: the order's `quoteExpiresAt`.",
  })
  expiresAt!: Date;

  @Field(() => Boolean, {
    description:
      'True if the caller may approve or reject the order now: it awaits a decision, the token has topup:approve, and the caller neither created nor submitted it.',
  })
  viewerCanDecide!: boolean;
}

@InputType({ description: 'The order to submit for approval.' })
export class SubmitTopupOrderInput {
  @Field(() => ID, { description: "Id of a DRAFT whose total is above the organization's limit." })
  orderId!: string;
}

@InputType({ description: 'The order to approve, and the total that the approver has seen.' })
export class ApproveTopupOrderInput {
  @Field(() => ID, { description: 'Id of a submitted DRAFT.' })
  orderId!: string;

  @Field(() => DecimalScalar, { description: 'The total that the approver has seen, in rupiah.' })
  expectedTotal!: bigint;

  @Field(() => String, { nullable: true, description: 'Why, for the timeline; at most 500 characters.' })
  reason?: string | null;
}

@InputType({ description: 'The order to reject.' })
export class RejectTopupOrderInput {
  @Field(() => ID, { description: 'Id of a submitted DRAFT.' })
  orderId!: string;

  @Field(() => String, { description: 'Why, for the requester and the timeline; 1 to 500 characters.' })
  reason!: string;
}

const ERRORS = 'The reasons for a refusal; empty on success.';
const ORDER = 'The current order; null if there is none.';

@ObjectType({ simpleResolvers: true, description: 'The result of submitTopupOrder.' })
export class SubmitTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: ORDER })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: ERRORS })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'The result of approveTopupOrder.' })
export class ApproveTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: ORDER })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: ERRORS })
  userErrors!: TopupUserError[];
}

@ObjectType({ simpleResolvers: true, description: 'The result of rejectTopupOrder.' })
export class RejectTopupOrderPayload {
  @Field(() => TopupOrder, { nullable: true, description: ORDER })
  order?: TopupOrder;

  @ListSize(5)
  @Field(() => [TopupUserError], { description: ERRORS })
  userErrors!: TopupUserError[];
}
