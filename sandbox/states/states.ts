import type { Auth } from '../auth/auth.ts';
import type { HubCore } from '../hub-core/hub-core.ts';
import type { MekariPay } from '../mekari-pay/mekari-pay.ts';
import type { Moderator } from '../moderator/moderator.ts';
import type { MovableClock } from '../movable-clock.ts';
import { type HttpNeighbour, type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { Refusal } from '../server/reply.ts';
import type { Setup } from '../setup.ts';
import { type ClockChange, settingOf } from './clock-change.ts';
import type { AuditViolation, Product } from './product.ts';
import { type ReachedState, reachState } from './reach-state.ts';
import { createStateOrganizations } from './state-organizations.ts';
import type { StateRequest } from './state-request.ts';
import { stateRoutes } from './state-routes.ts';

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

export async function startStates(
  setup: Setup,
  port: number,
  parts: StateParts,
): Promise<RunningNeighbour & { handle: States }> {
  const { clock } = parts;
  const reachParts = { ...parts, organizations: createStateOrganizations(parts.hubCore, clock.now) };
  let connected: Product | undefined;

  function product(): Product {
    if (connected !== undefined) return connected;
    throw new Refusal(503, 'no_product', 'no product is connected yet: try again once it is ready');
  }

  async function setClock(change: ClockChange): Promise<Date> {
    clock.set(settingOf(change, clock));
    await product().setClock(clock.setting());
    await product().reconcile();
    return clock.now();
  }

  const controls = {
    reach: async (request: StateRequest = {}) => reachState(reachParts, product(), request),
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
