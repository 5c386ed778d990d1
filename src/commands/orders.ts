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
import { changing, command, print } from './command.ts';
import { type OrdersCommand, parseOrdersCommand } from './orders-arguments.ts';
import { describeOpenPayment, describeOrder, describeReport } from './orders-text.ts';
import { describeTrail } from './trail-text.ts';

/** npm run orders: how orders stand, and what only an operator may decide about one. See USAGE. */
command(async (args, database) => {
  for (const line of await run(parseOrdersCommand(args), database)) print(line);
});

/** What changes something is signed, and in the action trail. */
function run(asked: OrdersCommand, database: DataSource): Promise<readonly string[]> {
  if (!('by' in asked)) return perform(asked, database);
  const subject = asked.verb === 'close' ? asked.id : asked.number;
  const action = asked.verb === 'close' ? 'orders exceptions close' : `orders ${asked.verb}`;
  return changing(database, { action, subject, actor: asked.by.actor }, () => perform(asked, database));
}

async function perform(asked: OrdersCommand, database: DataSource): Promise<readonly string[]> {
  switch (asked.verb) {
    case 'list':
      return (await listOrders(database, asked)).map(describeOrder);
    case 'show':
      return show(database, asked.number);
    case 'approve': {
      const { order, excessPaidTwice } = await approvePayment(database, systemClock, asked.number, asked.by);
      const warning =
        'Another order carries the same excess: it is paid twice. Give its amount back, or agree on it with the buyer.';
      return [`${order.number} is PAID: credited, and to be booked`, ...(excessPaidTwice ? [warning] : [])];
    }
    case 'refund': {
      const request = { takeBack: asked.takeBack, ...asked.by };
      const { order, amount } = await withHubCore(database, (outstandingExcess) =>
        refundOrder({ database, clock: systemClock, outstandingExcess }, asked.number, request),
      );
      const sold = amount > 0n ? `: what was taken back had cost ${formatRupiah(amount)}` : '';
      return [`${order.number} is REFUNDED${sold}. Give the money back at Mekari Pay.`];
    }
    case 'retry': {
      if (asked.mail) {
        const { order, kind } = await sendMailAgain(database, systemClock, asked.number, asked.by);
        return [`${order.number}: mail ${kind} is sent again`];
      }
      const { order, jobs } = await retryOrder(database, systemClock, asked.number, asked.by);
      return [`${order.number}: ${jobs.length === 0 ? 'nothing waits' : `${jobs.join(', ')} will run now`}`];
    }
    case 'exceptions': {
      const open = await openPayments(database);
      return [...open.map(describeOpenPayment), `${open.length} open`];
    }
    case 'close': {
      const { orderNumber, outcome } = await closePaymentException(database, systemClock, asked.id, asked.by);
      return [`${orderNumber}: ${outcome} is closed`];
    }
  }
}

async function show(database: DataSource, number: string): Promise<readonly string[]> {
  const report = await reportOrder(database, number);
  return [...describeReport(report), ...describeTrail(await trailOfOrder(database, report.order))];
}

/** Its settings are asked for only where they are needed: an order under review is refunded without them. */
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
