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
import type { CommandNeighbours } from './neighbours.ts';
import type { OrdersDecision } from './orders-arguments.ts';
import { approve, givenBack, refund } from './orders-money.ts';
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
      return describeCancelled(await cancelOrder({ database, clock, provider }, request.number, request.by));
    }
    case 'rebook':
      return rebook(request, database);
    case 'retry':
      return retry(request, database);
    case 'close': {
      const { orderNumber, outcome } = await closePaymentException(database, clock, request.id, request.by);
      return [`${orderNumber}: ${outcome} is closed`];
    }
  }
}

async function rebook(request: Decision<'rebook'>, database: DataSource): Promise<readonly string[]> {
  const { number, by } = request;
  if ('piNumber' in request) {
    const { piNumber } = request;
    const order = await completeByHand(database, clock, number, { piNumber, ...by });
    return [`${order.number} is COMPLETED under ${piNumber}`];
  }
  return describeCorrected(await rebookOrder(database, clock, number, { changes: request.changes, ...by }));
}

async function retry({ number, mail, by }: Decision<'retry'>, database: DataSource): Promise<readonly string[]> {
  if (mail) {
    const { order, kind } = await sendMailAgain(database, clock, number, by);
    return [`${order.number}: mail ${kind} is sent again`];
  }
  const { order, jobs } = await retryOrder(database, clock, number, by);
  return [`${order.number}: ${jobs.length === 0 ? 'no job waits' : `${jobs.join(', ')} will run now`}`];
}
