import { isUpstreamError } from '../clients/upstream-error.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import { actorOf, type OrganizationsService, organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import { APPROVAL_CAUSES, needsApproval, needsNoApproval, submitRefusal } from './rules/approval.ts';
import {
  changedByOthers,
  orderNotFound,
  organizationUnavailable,
  type UserError,
  userError,
} from './rules/user-error.ts';
import { type ApprovalMail, storeApproval } from './store/approvals.ts';
import { orderOfOrganization } from './store/orders.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

const MAX_ATTEMPTS = 3;

/**
 * Submits a DRAFT whose total is above the organization's limit: another person is to approve it before it can be confirmed. Its
 * quote then lives approvalTtlSeconds. A repeat answers the order that waits, and adds nothing. A crash before the commit leaves a draft.
 */
export class SubmitOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly organizations: OrganizationsService,
    private readonly clock: Clock,
    private readonly options: { approvalTtlSeconds: number },
    private readonly mail: ApprovalMail,
  ) {}

  async submit(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const order = await orderOfOrganization(this.database, request, organizationId, orderId);
      if (order === undefined) return { userErrors: [orderNotFound()] };
      const refusal = submitRefusal(order, this.clock.now());
      if (refusal !== undefined) return { order, userErrors: [refusal] };
      if (order.approvalState === 'PENDING') return { order, userErrors: [] };
      const outcome = await inOrderSpan('submit order', order, async (span) => {
        const attempted = await this.submitUnchanged(request, order);
        setFacts(span, { outcome: attempted === undefined ? 'changed' : (attempted.userErrors[0]?.code ?? 'ok') });
        return attempted;
      });
      if (outcome !== undefined) return outcome;
    }
    return { userErrors: [changedByOthers()] };
  }

  /** Returns undefined if the order has changed since it was read. */
  private async submitUnchanged(request: RequestContext, order: TopupOrder): Promise<OrderOutcome | undefined> {
    const refusal = await this.settingRefusal(order);
    if (refusal !== undefined) return { order, userErrors: [refusal] };
    const at = this.clock.now();
    const submitted = await storeApproval(this.database, request, {
      order,
      state: 'PENDING',
      quoteExpiresAt: addSeconds(at, this.options.approvalTtlSeconds),
      cause: { at, cause: APPROVAL_CAUSES.SUBMITTED, ...actorOf(request) },
      mail: this.mail,
    });
    return submitted && { order: submitted, userErrors: [] };
  }

  /** Asks hub-core now: an order that needs no approval gets no longer quote. */
  private async settingRefusal({ organizationId, total }: TopupOrder): Promise<UserError | undefined> {
    const organization = await this.organizations.findFresh(organizationId, { urgent: true });
    if (organization === undefined || isUpstreamError(organization)) {
      return organizationUnavailable({ retryable: organization !== undefined });
    }
    const { orderingEnabled } = await this.organizations.eligibilityOf(organization);
    if (!orderingEnabled) return userError('FEATURE_DISABLED', 'Self top-up is not available to your organization.');
    return needsApproval(total, organization.approvalLimit) ? undefined : needsNoApproval();
  }
}
