import type { Clock } from '../kernel/clock.ts';
import type { Rupiah } from '../kernel/money.ts';
import { actorOf, organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import { APPROVAL_CAUSES, type Decision, decisionRefusal, reasonText } from './rules/approval.ts';
import { changedByOthers, orderNotFound } from './rules/user-error.ts';
import { type ApprovalMail, storeApproval } from './store/approvals.ts';
import { eventsOfOrders, orderWithin } from './store/orders.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderEvent } from './store/topup-order-event.entity.ts';

export interface ApproveOrderInput {
  orderId: string;
  /** The total that the approver saw. */
  expectedTotal: Rupiah;
  reason?: string | null;
}

export interface RejectOrderInput {
  orderId: string;
  reason: string;
}

interface Deciding {
  orderId: string;
  decision: Decision;
  expectedTotal?: Rupiah;
  reason: string | undefined;
}

const MAX_ATTEMPTS = 3;

/**
 * Approves or rejects a submitted DRAFT, whose status stays. If two decide at once, one wins and the other is refused; a repeat by the same
 * person answers the order. A crash before the commit leaves the order undecided.
 */
export class DecideApproval {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
    private readonly mail: ApprovalMail,
  ) {}

  async approve(request: RequestContext, { orderId, expectedTotal, reason }: ApproveOrderInput): Promise<OrderOutcome> {
    const text = reasonText(reason, { isNeeded: false });
    return this.decide(request, { orderId, decision: 'APPROVED', expectedTotal, reason: text });
  }

  async reject(request: RequestContext, { orderId, reason }: RejectOrderInput): Promise<OrderOutcome> {
    return this.decide(request, { orderId, decision: 'REJECTED', reason: reasonText(reason, { isNeeded: true }) });
  }

  private async decide(request: RequestContext, deciding: Deciding): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const [[order], steps] = await this.database.reads(
        request,
        orderWithin(organizationId, deciding.orderId),
        eventsOfOrders([deciding.orderId]),
      );
      if (order === undefined) return { userErrors: [orderNotFound()] };
      const outcome = await inOrderSpan('decide on order', order, async (span) => {
        const attempted = await this.decideUnchanged(request, deciding, { order, steps });
        setFacts(span, { outcome: attempted === undefined ? 'changed' : (attempted.userErrors[0]?.code ?? 'ok') });
        return attempted;
      });
      if (outcome !== undefined) return outcome;
    }
    return { userErrors: [changedByOthers()] };
  }

  /** Returns undefined if the order has changed since it was read. */
  private async decideUnchanged(
    request: RequestContext,
    { decision, expectedTotal, reason }: Deciding,
    { order, steps }: { order: TopupOrder; steps: readonly TopupOrderEvent[] },
  ): Promise<OrderOutcome | undefined> {
    const at = this.clock.now();
    const { actor, actorName } = actorOf(request);
    const refusal = decisionRefusal(order, steps, { decision, actor, expectedTotal }, at);
    if (refusal !== undefined) return { order, userErrors: [refusal] };
    if (order.approvalState === decision) return { order, userErrors: [] };
    const cause = { at, cause: APPROVAL_CAUSES[decision], actor, actorName, ...(reason !== undefined && { reason }) };
    const decided = await storeApproval(this.database, request, { order, state: decision, cause, mail: this.mail });
    return decided && { order: decided, userErrors: [] };
  }
}
