import { randomUUID } from 'node:crypto';
import type { Auth } from '../auth/auth.ts';
import type { HubCore } from '../hub-core/hub-core.ts';
import type { MekariPay } from '../mekari-pay/mekari-pay.ts';
import type { Moderator } from '../moderator/moderator.ts';
import type { MovableClock } from '../movable-clock.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { Refusal } from '../server/reply.ts';
import type { Setup } from '../setup.ts';
import { type ClockChange, settingOf } from './clock-change.ts';
import { createBuyer, notReached } from './graph.ts';
import type { AuditViolation, Product } from './product.ts';
import { reachOrder, type State } from './reach-order.ts';
import { createStateOrganizations } from './state-organizations.ts';
import type { StateRequest } from './state-request.ts';
import { stateRoutes } from './state-routes.ts';

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

export interface States extends HttpNeighbour {
  /** Must be called before any state is asked for. */
  connect(product: Product): void;
  /** Brings a new organization, and an order of it, to a state. Throws a Refusal with the reason, in time. */
  reach(request?: StateRequest): Promise<ReachedState>;
  /** Moves the clock of sandbox and product, and runs the job `reconcile`. */
  moveClock(change: ClockChange): Promise<Date>;
  audit(): Promise<readonly AuditViolation[]>;
  /** The product that was connected. Throws a Refusal (503) before that. */
  product(): Product;
  /** Empties the product and the sandbox, and sets the clock back to the real time. */
  reset(): Promise<void>;
}

export interface StateParts {
  clock: MovableClock;
  hubCore: HubCore;
  mekariPay: MekariPay;
  moderator: Moderator;
  auth: Auth;
  resetSandbox(): Promise<void>;
}

const TIMEOUT_MS = 15_000;
const TOKEN_SECONDS = 12 * 3600;

export async function startStates(
  setup: Setup,
  port: number,
  parts: StateParts,
): Promise<RunningNeighbour & { handle: States }> {
  const { clock, hubCore, mekariPay, moderator, auth } = parts;
  const organizations = createStateOrganizations(hubCore, clock.now);
  let connected: Product | undefined;

  function product(): Product {
    if (connected !== undefined) return connected;
    throw new Refusal(503, 'no_product', 'no product is connected yet: try again once it is ready');
  }

  const token = (organization_id: string, sub: string, scope: string) =>
    auth.token({ organization_id, sub, scope, expires_in: TOKEN_SECONDS });

  async function reachBefore(signal: AbortSignal, request: StateRequest): Promise<ReachedState> {
    const { state = null, name, items } = request;
    const { organization = state === 'SUBMITTED' ? 'with-approval' : 'enrolled' } = request;
    const subject = product();
    const added = organizations.add(organization, name);
    const { id, kind } = added;
    const adminToken = await token(id, `admin-${id}`, 'topup:read topup:write');
    const buyer = createBuyer(subject.graphUrl, adminToken, signal);
    const key = name ?? randomUUID();
    const order =
      state === null ? null : await reachOrder(state, { buyer, mekariPay, moderator, product: subject, key, items });
    if (organizations.finish(added)) await subject.refreshOrganization(id);
    if (kind?.flagOff !== undefined) await subject.switchFlag(id, kind.flagOff, false);
    return {
      state,
      organization,
      organizationId: id,
      orderId: order?.id ?? null,
      orderNumber: order?.number ?? null,
      total: order?.total.amount ?? null,
      paymentUrl: order?.paymentUrl ?? null,
      token: adminToken,
      approverToken: await token(id, `approver-${id}`, 'topup:read topup:approve'),
      supportToken: await token(id, 'support-1', 'topup:support'),
    };
  }

  async function reach(request: StateRequest = {}): Promise<ReachedState> {
    const { state, timeoutMs = TIMEOUT_MS } = request;
    const signal = AbortSignal.timeout(timeoutMs);
    const overdue = new Promise<never>((_, reject) => {
      const fail = () => reject(notReached(`${state ?? 'the organization'} took more than ${timeoutMs} ms`));
      // One turn later, so that the step in flight can name the order first.
      signal.addEventListener('abort', () => setTimeout(fail, 50).unref());
    });
    return Promise.race([reachBefore(signal, request), overdue]);
  }

  async function setClock(change: ClockChange): Promise<Date> {
    clock.set(settingOf(change, clock));
    await product().setClock(clock.setting());
    await product().reconcile();
    return clock.now();
  }

  const controls = {
    reach,
    moveClock: setClock,
    audit: () => product().audit(),
    product,
    async reset() {
      const { reset, setClock: apply } = product();
      if (reset === undefined) throw new Refusal(501, 'no_reset', 'this product cannot be emptied: start a new one');
      clock.set({ shiftMs: 0 });
      await reset();
      await parts.resetSandbox();
      await apply(clock.setting());
    },
  };
  const server = await startHttpNeighbour({ ...setup, port, api: [], switches: stateRoutes(controls, clock) });
  return {
    ...server,
    handle: {
      ...server.handle,
      ...controls,
      connect(product) {
        connected = product;
      },
    },
  };
}
