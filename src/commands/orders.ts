import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { trailOfOrder } from '../action-trail/index.ts';
import { createNeighbour, type Neighbour } from '../clients/http.ts';
import { createHubCore } from '../clients/hub-core.ts';
import { loadHubCoreConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { formatRupiah } from '../kernel/money.ts';
import {
  approvePayment,
  closePaymentException,
  type OutstandingExcess,
  outstandingExcessAt,
  refundOrder,
  reportOrder,
  retryOrder,
  sendMailAgain,
} from '../operators/index.ts';
import { listOrders } from '../orders/index.ts';
import { openPayments } from '../payments/index.ts';
import { command, print, runRecorded } from './command.ts';
import { type OrdersCommand, parseOrdersCommand } from './orders-arguments.ts';
import { describeOpenPayment, describeOrder, describeReport } from './orders-text.ts';
import { describeTrail } from './trail-text.ts';

/** npm run orders: shows orders, and carries out an operator's decisions. See USAGE. */
command(async (args, database) => {
  for (const line of await run(parseOrdersCommand(args), database)) print(line);
});

/** A command that changes something is signed and enters the action trail. */
function run(request: OrdersCommand, database: DataSource): Promise<readonly string[]> {
  if (!('by' in request)) return perform(request, database);
  const subject = request.verb === 'close' ? request.id : request.number;
  const action = request.verb === 'close' ? 'orders exceptions close' : `orders ${request.verb}`;
  return runRecorded(database, { action, subject, actor: request.by.actor }, () => perform(request, database));
}

async function perform(request: OrdersCommand, database: DataSource): Promise<readonly string[]> {
  switch (request.verb) {
    case 'list':
      return (await listOrders(database, request)).map(describeOrder);
    case 'show':
      return show(database, request.number);
    case 'approve': {
      const { order, excessPaidTwice } = await approvePayment(database, systemClock, request.number, request.by);
      const warning =
        'Another order carries the same excess: it is paid twice. Give its amount back, or agree on it with the buyer.';
      return [`${order.number} is PAID and credited; accounting books it next`, ...(excessPaidTwice ? [warning] : [])];
    }
    case 'refund': {
      const refund = { takeBack: request.takeBack, ...request.by };
      const { order, amount } = await withHubCore(database, (outstandingExcess) =>
        refundOrder({ database, clock: systemClock, outstandingExcess }, request.number, refund),
      );
      const sold = amount > 0n ? `: the units taken back had cost ${formatRupiah(amount)}` : '';
      return [`${order.number} is REFUNDED${sold}. Give the money back at Mekari Pay.`];
    }
    case 'retry': {
      if (request.mail) {
        const { order, kind } = await sendMailAgain(database, systemClock, request.number, request.by);
        return [`${order.number}: mail ${kind} is sent again`];
      }
      const { order, jobs } = await retryOrder(database, systemClock, request.number, request.by);
      return [`${order.number}: ${jobs.length === 0 ? 'no job waits' : `${jobs.join(', ')} will run now`}`];
    }
    case 'exceptions': {
      const open = await openPayments(database);
      return [...open.map(describeOpenPayment), `${open.length} open`];
    }
    case 'close': {
      const { orderNumber, outcome } = await closePaymentException(database, systemClock, request.id, request.by);
      return [`${orderNumber}: ${outcome} is closed`];
    }
  }
}

async function show(database: DataSource, number: string): Promise<readonly string[]> {
  const report = await reportOrder(database, number);
  return [...describeReport(report), ...describeTrail(await trailOfOrder(database, report.order))];
}

/** Reads hub-core's settings only if they are needed: a refund of an order under review works without them. */
async function withHubCore<T>(database: DataSource, use: (ask: OutstandingExcess) => Promise<T>): Promise<T> {
  let neighbour: Neighbour | undefined;
  try {
    return await use((organizationId, code) => {
      neighbour ??= connectHubCore();
      return outstandingExcessAt(createHubCore(neighbour, systemClock), database)(organizationId, code);
    });
  } finally {
    neighbour?.close();
  }
}

function connectHubCore(): Neighbour {
  const config = loadHubCoreConfig();
  return createNeighbour({
    name: 'hub-core',
    baseUrl: config.HUB_CORE_URL,
    credentials: { clientId: config.MEKARI_CLIENT_ID, clientSecret: config.MEKARI_CLIENT_SECRET },
    timeoutMs: config.UPSTREAM_TIMEOUT_MS,
    clock: systemClock,
  });
}
