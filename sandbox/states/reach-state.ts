import { randomUUID } from 'node:crypto';
import type { Auth } from '../auth/auth.ts';
import type { MekariPay } from '../mekari-pay/mekari-pay.ts';
import type { Moderator } from '../moderator/moderator.ts';
import { createBuyer, notReached } from './graph.ts';
import type { Product } from './product.ts';
import { reachOrder, type State } from './reach-order.ts';
import type { StateOrganizations } from './state-organizations.ts';
import type { StateRequest } from './state-request.ts';

export interface ReachedState {
  state: State | null;
  organization: string;
  organizationId: string;
  orderId: string | null;
  orderNumber: string | null;
  total: string | null;
  paymentUrl: string | null;
  /** An organization admin's token, with the scopes topup:read and topup:write. */
  token: string;
  /** Another person's of the organization, with the scopes topup:read and topup:approve. */
  approverToken: string;
  supportToken: string;
}

interface ReachParts {
  organizations: StateOrganizations;
  mekariPay: MekariPay;
  moderator: Moderator;
  auth: Auth;
}

const TIMEOUT_MS = 15_000;
const TOKEN_SECONDS = 12 * 3600;

/** Brings a new organization, and an order of it, to a state. Throws a Refusal with the reason, in time. */
export async function reachState(parts: ReachParts, product: Product, request: StateRequest): Promise<ReachedState> {
  const { state, timeoutMs = TIMEOUT_MS } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const overdue = new Promise<never>((_, reject) => {
    const fail = () => reject(notReached(`${state ?? 'the organization'} took more than ${timeoutMs} ms`));
    // One turn later, so that the step in flight can name the order first.
    signal.addEventListener('abort', () => setTimeout(fail, 50).unref());
  });
  return Promise.race([reach(parts, product, request, signal), overdue]);
}

async function reach(
  { organizations, mekariPay, moderator, auth }: ReachParts,
  product: Product,
  request: StateRequest,
  signal: AbortSignal,
): Promise<ReachedState> {
  const { state = null, name, items } = request;
  const { organization = state === 'SUBMITTED' ? 'with-approval' : 'enrolled' } = request;
  const added = organizations.add(organization, name);
  const { id, kind } = added;
  const tokenOf = (sub: string, scope: string) =>
    auth.token({ organization_id: id, sub, scope, expires_in: TOKEN_SECONDS });
  const adminToken = await tokenOf(`admin-${id}`, 'topup:read topup:write');
  const buyer = createBuyer(product.graphUrl, adminToken, signal);
  const key = name ?? randomUUID();
  const order = state === null ? null : await reachOrder(state, { buyer, mekariPay, moderator, product, key, items });
  if (organizations.finish(added)) await product.refreshOrganization(id);
  if (kind?.flagOff !== undefined) await product.switchFlag(id, kind.flagOff, false);
  return {
    state,
    organization,
    organizationId: id,
    orderId: order?.id ?? null,
    orderNumber: order?.number ?? null,
    total: order?.total.amount ?? null,
    paymentUrl: order?.paymentUrl ?? null,
    token: adminToken,
    approverToken: await tokenOf(`approver-${id}`, 'topup:read topup:approve'),
    supportToken: await tokenOf('support-1', 'topup:support'),
  };
}
