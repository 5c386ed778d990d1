import type { OrderState, Sandbox } from '../index.ts';
import { Refusal } from '../server/reply.ts';
import type { Result, Scene, Situation } from './situation.ts';

const USERS = [{ code: 'agent_extra', quantity: '1' }];

/** One order at a time carries the excess of a quota. While it awaits its payment, the next order is of users, which have none. */
async function reach({ sandbox, organizationId }: Scene, state: OrderState) {
  const request = { state, organization: organizationId };
  try {
    return await sandbox.states.reach(request);
  } catch (error) {
    if (!(error instanceof Refusal && error.message.includes('EXCESS_PENDING'))) throw error;
    return sandbox.states.reach({ ...request, items: USERS });
  }
}

/** Makes an order of the chosen organization in a status, and acts on it. */
function newOrder(
  label: string,
  meaning: string,
  state: OrderState,
  act: (sandbox: Sandbox, number: string) => Promise<unknown> = async () => undefined,
): Situation {
  return {
    label,
    meaning,
    async run(scene): Promise<Result> {
      const { orderNumber, orderId } = await reach(scene, state);
      await act(scene.sandbox, orderNumber ?? '');
      return { message: `Order ${orderNumber}: ${label.toLowerCase()}.`, ...(orderId && { orderId }) };
    },
  };
}

/** Orders in each of their statuses, and payments that went wrong. */
export const ORDER_SITUATIONS: Record<string, Situation> = {
  'order-draft': newOrder('Draft', 'Reviewed, not placed yet', 'DRAFT'),
  'order-pending': newOrder('Awaits payment', 'Placed; Mekari Pay has an invoice', 'PENDING_PAYMENT'),
  'order-part': newOrder('Paid in part', 'Half came in, so nothing is credited yet', 'PAYMENT_REVIEW'),
  'order-late': newOrder(
    'Paid late',
    'Paid after it expired, and credited all the same',
    'EXPIRED',
    ({ mekariPay }, number) => mekariPay.payLate(number),
  ),
  'order-done': newOrder('Completed', 'Paid, credited and booked', 'COMPLETED'),
  'order-unbooked': newOrder('Paid, not booked', 'Accounting refuses this order until a reset', 'PAID'),
  'order-expired': newOrder('Expired', 'Nobody paid in time', 'EXPIRED'),
  'order-lost': newOrder(
    'Invoice lost',
    'Mekari Pay answers 404 for its invoice',
    'PENDING_PAYMENT',
    ({ mekariPay }, number) => mekariPay.lose(number),
  ),
  'order-cancelled': newOrder('Cancelled', 'Given up by the buyer', 'CANCELLED'),
  'order-refunded': newOrder('Refunded', 'Given back by an operator', 'REFUNDED'),
};

function forward(label: string, advanceSeconds: number, meaning: string): Situation {
  return {
    label,
    meaning,
    async run({ sandbox }: Scene) {
      await sandbox.states.moveClock({ advanceSeconds });
      return { message: `The clock moved on: ${label.slice(2)}.` };
    },
  };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** The clock of product and neighbours. Tokens and jobs follow the real time. */
export const CLOCK_SITUATIONS: Record<string, Situation> = {
  'clock-30m': forward('+ 31 minutes', 31 * MINUTE, 'Drafts expire'),
  'clock-1h': forward('+ 1 hour', HOUR + 1, 'Prices are asked for again'),
  'clock-25h': forward('+ 25 hours', 25 * HOUR, 'Unpaid orders expire'),
  'clock-30d': forward('+ 30 days', 30 * 24 * HOUR, 'Another billing period'),
  'clock-real': {
    label: 'Real time',
    meaning: 'The clock shows the real time again',
    async run({ sandbox }) {
      await sandbox.states.moveClock({});
      return { message: 'The clock shows the real time again.' };
    },
  },
};
