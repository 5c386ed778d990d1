import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/index.ts';
import type { Caller } from './caller.ts';

const CREATE = `mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id number total { amount } } } }`;
const CONFIRM = `mutation ($input: ConfirmOrderInput!) { confirmOrder(input: $input) { order { status paymentUrl } } }`;
const STATUS = `query ($id: ID!) { topupOrder(id: $id) { status } }`;
const PAUSE_MS = 250;

interface Created {
  createTopupOrder: { order: { id: string; number: string; total: { amount: string } } | null };
}

/** Buys a seat and pays; returns the order's id, or undefined when it did not reach the pay page. */
async function buy(caller: Caller, organizationId: string, { mekariPay }: Sandbox): Promise<string | undefined> {
  const items = [{ optionId: `${organizationId}:agent_extra`, quantity: '1' }];
  const { createTopupOrder } = await caller.data<Created>(CREATE, { input: { items, idempotencyKey: randomUUID() } });
  const { order } = createTopupOrder;
  if (order === null) return undefined;
  const input = { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey: randomUUID() };
  const { confirmOrder } = await caller.data<{ confirmOrder: { order: { paymentUrl: string | null } | null } }>(
    CONFIRM,
    { input },
  );
  if (!confirmOrder.order?.paymentUrl) return undefined;
  await mekariPay.pay(order.number);
  return order.id;
}

/** Buys repeatedly, with pauses, until it is stopped. */
export function keepBuying(caller: Caller, organizationId: string, sandbox: Sandbox): { stop(): Promise<void> } {
  let isOver = false;
  const going = async () => {
    while (!isOver) {
      await buy(caller, organizationId, sandbox);
      await sleep(PAUSE_MS);
    }
  };
  const gone = going();
  // `stop` throws an earlier failure.
  gone.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await gone;
    },
  };
}

/** Buys until an order is paid, booked and completed, so that a recovered neighbour is called again. */
export async function buyUntilBooked(caller: Caller, organizationId: string, sandbox: Sandbox): Promise<void> {
  for (;;) {
    const id = await buy(caller, organizationId, sandbox);
    if (id === undefined) await sleep(PAUSE_MS);
    else {
      const status = async () =>
        (await caller.data<{ topupOrder: { status: string } }>(STATUS, { id })).topupOrder.status;
      while ((await status()) !== 'COMPLETED') await sleep(PAUSE_MS);
      return;
    }
  }
}
