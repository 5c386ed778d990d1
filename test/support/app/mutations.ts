import { randomUUID } from 'node:crypto';
import {
  type ApprovalFragment,
  ApproveTopupOrderDocument,
  CancelTopupOrderDocument,
  CheckTopupPaymentDocument,
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
  type OrderFragment,
  type RefusalFragment,
  RejectTopupOrderDocument,
  SubmitTopupOrderDocument,
} from '../../generated/operations.ts';
import { type Items, toItems } from './purchase.ts';
import type { TestClient } from './test-client.ts';

export interface Outcome {
  order: OrderFragment | null;
  userErrors: readonly RefusalFragment[];
  priceChange?: { oldTotal: { amount: string }; newTotal: { amount: string } } | null;
}

/** The mutations with their whole payload, for tests of refusals. A top-level error fails the test. */
export async function tryCreate(
  client: TestClient,
  organizationId: string,
  items: Items | { optionId: string; quantity: string }[],
  idempotencyKey: string = randomUUID(),
): Promise<Outcome> {
  const input = { items: Array.isArray(items) ? items : toItems(organizationId, items), idempotencyKey };
  return payload((await client.query(CreateTopupOrderDocument, { input })).createTopupOrder);
}

export async function tryConfirm(
  client: TestClient,
  order: Pick<OrderFragment, 'id' | 'total'>,
  idempotencyKey: string = randomUUID(),
): Promise<Outcome> {
  const input = { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey };
  return payload((await client.query(ConfirmOrderDocument, { input })).confirmOrder);
}

export async function tryCancel(client: TestClient, orderId: string): Promise<Outcome> {
  return payload((await client.query(CancelTopupOrderDocument, { input: { orderId } })).cancelTopupOrder);
}

export async function tryCheck(client: TestClient, orderId: string): Promise<Outcome> {
  return payload((await client.query(CheckTopupPaymentDocument, { input: { orderId } })).checkTopupPayment);
}

export interface ApprovalOutcome {
  order: (OrderFragment & ApprovalFragment) | null;
  userErrors: readonly RefusalFragment[];
}

export async function trySubmit(client: TestClient, orderId: string): Promise<ApprovalOutcome> {
  return payload((await client.query(SubmitTopupOrderDocument, { input: { orderId } })).submitTopupOrder);
}

export async function tryApprove(
  client: TestClient,
  { id: orderId, total }: Pick<OrderFragment, 'id' | 'total'>,
  reason: string | null = null,
): Promise<ApprovalOutcome> {
  const input = { orderId, expectedTotal: total.amount, reason };
  return payload((await client.query(ApproveTopupOrderDocument, { input })).approveTopupOrder);
}

export async function tryReject(client: TestClient, orderId: string, reason: string): Promise<ApprovalOutcome> {
  return payload((await client.query(RejectTopupOrderDocument, { input: { orderId, reason } })).rejectTopupOrder);
}

/** Refusals without their messages, which are for people. */
export function refusals({ userErrors }: Outcome) {
  return userErrors.map(({ message: _, ...refusal }) => refusal);
}

export const codes = ({ userErrors }: Outcome) => userErrors.map(({ code }) => code);

function payload<P extends Outcome>(answered: P | null): P {
  if (answered === null) throw new Error('the mutation answered null');
  return answered;
}
