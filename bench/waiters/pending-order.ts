import { randomUUID } from 'node:crypto';
import type { TopupOrder } from '../../src/orders/index.ts';
import type { RequestContext } from '../../src/platform/server/request-context.ts';
import type { Side } from '../grow/side.ts';

/** An organization of the sandbox that may order. */
const MODEL = '1004';

/** An order and the token of a caller who waits for it. */
export interface Awaited {
  order: TopupOrder;
  token: string;
}

/** Confirms an order of this organization, which awaits its payment. */
export async function pending(side: Side, organizationId: string): Promise<Awaited> {
  const { organizations } = side.sandbox.hubCore;
  const model = organizations.get(MODEL);
  if (model === undefined) throw new Error(`the sandbox has no organization ${MODEL}`);
  organizations.set({ ...model, id: organizationId, excess: [] });
  const caller = { subject: organizationId, organizationId, scopes: new Set(['topup:write'] as const) };
  const request = (): RequestContext => ({
    caller,
    correlationId: randomUUID(),
    startedAt: performance.now(),
    log: side.log,
    logFields: {},
  });
  const { createOrder, confirmOrder } = side.services;
  const input = {
    items: [{ optionId: `${organizationId}:agent_extra`, quantity: 2n }],
    idempotencyKey: randomUUID(),
  };
  const { order: draft } = await createOrder.create(request(), input as never);
  if (draft === undefined || draft === null) throw new Error('no order was created');
  const wanted = { orderId: draft.id, expectedTotal: draft.total, idempotencyKey: randomUUID() };
  const { order } = await confirmOrder.confirm(request(), wanted);
  if (order === undefined || order === null) throw new Error('no order was confirmed');
  // Each waiter is a caller of its own.
  return { order, token: await side.sandbox.auth.token({ organization_id: organizationId, sub: randomUUID() }) };
}
