import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { permissionsOf, requireCaller } from '../../organizations/index.ts';
import { RequiresApprove, RequiresWrite } from '../../platform/graphql/access-directives.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { DecideApproval } from '../decide-approval.ts';
import { approvalOf, isRequester } from '../rules/approval.ts';
import type { SubmitOrder } from '../submit-order.ts';
import {
  ApproveTopupOrderInput,
  ApproveTopupOrderPayload,
  RejectTopupOrderInput,
  RejectTopupOrderPayload,
  SubmitTopupOrderInput,
  SubmitTopupOrderPayload,
  TopupApproval,
} from './approval.type.ts';
import { TopupOrder } from './order.type.ts';
import { toPayload } from './order-mutations.resolver.ts';
import type { OrdersLoaders } from './orders.loaders.ts';
import { toActor } from './to-graphql.ts';

const INPUT = 'The arguments of the mutation.';

@Resolver(() => TopupOrder)
export class ApprovalsResolver {
  constructor(
    private readonly submission: SubmitOrder,
    private readonly decisions: DecideApproval,
    private readonly orders: OrdersLoaders,
  ) {}

  @FieldResolver(() => TopupApproval, {
    nullable: true,
    description:
      'The approval by a second person; null if the order was not submitted, or has new prices since: an approval is of one total.',
  })
  async approval(@Root() order: TopupOrder, @Ctx() request: RequestContext): Promise<TopupApproval | null> {
    if (order.approvalState === null) return null;
    const steps = await this.orders.eventsOf(request, order.id);
    const { state, submitted, decided } = approvalOf(order, steps);
    const caller = requireCaller(request);
    const { canApprove } = permissionsOf(caller, order.organization.id);
    return {
      state,
      requestedBy: submitted === undefined ? null : toActor(submitted),
      decidedBy: decided === undefined ? null : toActor(decided),
      reason: decided?.reason ?? null,
      expiresAt: order.quoteExpiresAt,
      viewerCanDecide: state === 'PENDING' && canApprove && !isRequester(steps, caller.subject),
    };
  }

  @RequiresWrite()
  @SemanticNonNull()
  @Mutation(() => SubmitTopupOrderPayload, {
    nullable: true,
    description: "Submits a DRAFT above the organization's limit for the approval of a second person.",
  })
  async submitTopupOrder(
    @Arg('input', () => SubmitTopupOrderInput, { description: INPUT }) input: SubmitTopupOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<SubmitTopupOrderPayload> {
    return toPayload(request, this.orders, await this.submission.submit(request, input.orderId));
  }

  @RequiresApprove()
  @SemanticNonNull()
  @Mutation(() => ApproveTopupOrderPayload, {
    nullable: true,
    description: 'Approves a submitted DRAFT at the total that the approver has seen. Never the own one.',
  })
  async approveTopupOrder(
    @Arg('input', () => ApproveTopupOrderInput, { description: INPUT }) input: ApproveTopupOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<ApproveTopupOrderPayload> {
    return toPayload(request, this.orders, await this.decisions.approve(request, input));
  }

  @RequiresApprove()
  @SemanticNonNull()
  @Mutation(() => RejectTopupOrderPayload, {
    nullable: true,
    description: 'Rejects a submitted DRAFT for good. Never the own one.',
  })
  async rejectTopupOrder(
    @Arg('input', () => RejectTopupOrderInput, { description: INPUT }) input: RejectTopupOrderInput,
    @Ctx() request: RequestContext,
  ): Promise<RejectTopupOrderPayload> {
    return toPayload(request, this.orders, await this.decisions.reject(request, input));
  }
}
