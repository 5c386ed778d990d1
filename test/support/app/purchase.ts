import { randomUUID } from 'node:crypto';
import {
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
  type OrderFragment,
  TopupOrderDocument,
} from '../../generated/operations.ts';
import type { TestApp } from './app.ts';
import type { TestClient } from './test-client.ts';

export type Items = Record<string, string>;

/** Creates an order of {code: quantity}; a refusal fails the test. */
export async function createOrder(client: TestClient, organizationId: string, items: Items): Promise<OrderFragment> {
  const { createTopupOrder } = await client.query(CreateTopupOrderDocument, {
    input: { items: toItems(organizationId, items), idempotencyKey: randomUUID() },
  });
  return ordered(createTopupOrder);
}

export function toItems(organizationId: string, items: Items) {
  return Object.entries(items).map(([code, quantity]) => ({ optionId: `${organizationId}:${code}`, quantity }));
}

export async function confirmOrder(client: TestClient, order: OrderFragment): Promise<OrderFragment> {
  const { confirmOrder: payload } = await client.query(ConfirmOrderDocument, {
    input: { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey: randomUUID() },
  });
  return ordered(payload);
}

export async function readOrder(client: TestClient, id: string): Promise<OrderFragment> {
  const { topupOrder } = await client.query(TopupOrderDocument, { id });
  if (topupOrder === null) throw new Error(`there is no order ${id}`);
  return topupOrder;
}

/** Create, confirm, pay at Mekari Pay, and wait until accounting has booked it. */
export async function purchase(app: TestApp, client: TestClient, organizationId: string, items: Items) {
  const order = await confirmOrder(client, await createOrder(client, organizationId, items));
  await app.sandbox.mekariPay.pay(order.number);
  return untilStatus(client, order.id, 'COMPLETED');
}

/** Pays another sum than the order asks for, and waits for the check that follows. */
export async function payUntilReview(
  app: TestApp,
  client: TestClient,
  { id, number }: Pick<OrderFragment, 'id' | 'number'>,
  payment: Parameters<TestApp['sandbox']['mekariPay']['payWrong']>[1] = {},
): Promise<OrderFragment> {
  await app.sandbox.mekariPay.payWrong(number, payment);
  return untilStatus(client, id, 'PAYMENT_REVIEW');
}

/**
 * Polls until the order has the status, because background work has no call to await. The test's own timeout bounds it.
 */
export async function untilStatus(
  client: TestClient,
  id: string,
  status: OrderFragment['status'],
): Promise<OrderFragment> {
  return until(
    () => readOrder(client, id),
    (order) => order.status === status,
  );
}

export async function until<T>(read: () => Promise<T>, isReady: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isReady(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ordered(
  payload: { order: OrderFragment | null; userErrors: readonly { code: string; message: string }[] } | null,
): OrderFragment {
  if (payload?.order == null || payload.userErrors.length > 0)
    throw new Error(`refused: ${JSON.stringify(payload?.userErrors)}`);
  return payload.order;
}
