import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { trailOfOrder } from '../action-trail/index.ts';
import { systemClock as clock } from '../kernel/clock.ts';
import { listExceptions, reportOrder } from '../operators/index.ts';
import { listOrders } from '../orders/index.ts';
import { print, runRecorded, toJson, withDatabase } from './command.ts';
import { withNeighbours } from './neighbours.ts';
import { carryOut } from './orders-decisions.ts';
import { ageOf, reportToJson, shownOrder } from './orders-json.ts';
import { ordersProgram } from './orders-program.ts';
import { reconcile } from './orders-reconcile.ts';
import { report } from './orders-report.ts';
import type { OrdersDecision, OrdersQuestion, OrdersRequest } from './orders-requests.ts';
import { slips } from './orders-slips.ts';
import { describeOpenPayment, describeOrder, describeReport } from './orders-text.ts';
import { runProgram } from './program.ts';
import { describeTrail } from './trail-text.ts';

/** npm run orders: shows orders, and carries out an operator's decisions. */
runProgram(ordersProgram((request) => withDatabase((database) => run(request, database))));

async function run(request: OrdersRequest, database: DataSource): Promise<void> {
  if (request.verb === 'reconcile') return reconcile(request, database);
  if (request.verb === 'slips') return slips(request, database);
  if (request.verb === 'report') return report(request, database);
  const lines = 'by' in request ? await carryOutRecorded(request, database) : await answer(request, database);
  for (const line of lines) print(line);
}

/** A command that changes something is signed and enters the action trail; a dry run changes nothing. */
function carryOutRecorded(request: OrdersDecision, database: DataSource): Promise<readonly string[]> {
  const run = () => withNeighbours((neighbours) => carryOut(request, database, neighbours));
  if ('isDryRun' in request && request.isDryRun) return run();
  const subject = request.verb === 'close' ? request.id : request.number;
  const action = request.verb === 'close' ? 'orders exceptions close' : `orders ${request.verb}`;
  return runRecorded(database, { action, subject, ...request.by }, run);
}

async function answer(request: OrdersQuestion, database: DataSource): Promise<readonly string[]> {
  switch (request.verb) {
    case 'list': {
      const orders = await listOrders(database, request);
      if (request.isJson) return [toJson(orders.map(shownOrder))];
      return orders.length === 0 ? ['There is no such order.'] : orders.map(describeOrder);
    }
    case 'show':
      return show(database, request);
    case 'exceptions': {
      const open = await listExceptions(database);
      const now = clock.now();
      if (request.isJson) return [toJson(open.map((payment) => ({ ...payment, ageSeconds: ageOf(payment, now) })))];
      return [...open.map((payment) => describeOpenPayment(payment, now)), `${open.length} open`];
    }
  }
}

async function show(
  database: DataSource,
  { number, isJson }: Extract<OrdersQuestion, { verb: 'show' }>,
): Promise<readonly string[]> {
  const report = await reportOrder(database, number);
  const trail = await trailOfOrder(database, report.order);
  return isJson ? [reportToJson(report, trail)] : [...describeReport(report), ...describeTrail(trail)];
}
