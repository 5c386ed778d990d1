import type { DataSource } from 'typeorm';
import { systemClock as clock } from '../kernel/clock.ts';
import {
  cancelOrder,
  closePaymentException,
  completeByHand,
  rebookOrder,
  retryOrder,
  sendMailAgain,
} from '../operators/index.ts';
import type { TopupOrder } from '../orders/index.ts';
import { toJson } from './command.ts';
import type { CommandNeighbours } from './neighbours.ts';
import { approve, givenBack, refund } from './orders-money.ts';
import type { OrdersDecision } from './orders-requests.ts';
import { slip } from './orders-slips.ts';
import { describeCancelled, describeCorrected } from './orders-text.ts';

type Decision<V extends OrdersDecision['verb']> = Extract<OrdersDecision, { verb: V }>;

/** Carries out an operator's decision and returns the lines that report it. */
export async function carryOut(
  request: OrdersDecision,
  database: DataSource,
  neighbours: CommandNeighbours,
): Promise<readonly string[]> {
  switch (request.verb) {
    case 'approve':
      return approve(request, database, neighbours);
    case 'refund':
      return refund(request, database, neighbours);
    case 'given-back':
      return givenBack(request, database, neighbours);
    case 'cancel': {
      const provider = () => neighbours.paymentProvider();
      const cancelled = await cancelOrder({ database, clock, provider }, request.number, request.by);
      if (request.isJson) return [toJson({ ...stateOf(cancelled.order), invoices: cancelled.invoices ?? null })];
      return describeCancelled(cancelled);
    }
    case 'rebook':
      return rebook(request, database);
    case 'retry':
      return retry(request, database);
    case 'slip':
      return slip(request, database);
    case 'close': {
      const { orderNumber, outcome } = await closePaymentException(database, clock, request.id, request.by);
      if (request.isJson) return [toJson({ id: request.id, orderNumber, outcome })];
      return [`${orderNumber}: ${outcome} is closed`];
    }
  }
}

async function rebook(request: Decision<'rebook'>, database: DataSource): Promise<readonly string[]> {
  const { number, by, isJson } = request;
  if ('piNumber' in request) {
    const { piNumber } = request;
    const order = await completeByHand(database, clock, number, { piNumber, ...by });
    if (isJson) return [toJson({ ...stateOf(order), paidInvoiceNumber: piNumber })];
    return [`${order.number} is COMPLETED under ${piNumber}`];
  }
  const rebooked = await rebookOrder(database, clock, number, { changes: request.changes, ...by });
  if (isJson) return [toJson({ ...stateOf(rebooked.order), corrected: rebooked.corrected })];
  return describeCorrected(rebooked);
}

const stateOf = ({ number, status }: TopupOrder) => ({ number, status });

async function retry(
  { number, mail, by, isJson }: Decision<'retry'>,
  database: DataSource,
): Promise<readonly string[]> {
  if (mail) {
    const { order, kind } = await sendMailAgain(database, clock, number, by);
    if (isJson) return [toJson({ ...stateOf(order), mail: kind })];
    return [`${order.number}: mail ${kind} is sent again`];
  }
  const { order, jobs } = await retryOrder(database, clock, number, by);
  if (isJson) return [toJson({ ...stateOf(order), jobs })];
  return [`${order.number}: ${jobs.length === 0 ? 'no job waits' : `${jobs.join(', ')} will run now`}`];
}
