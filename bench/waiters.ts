import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { rupiahAmount } from '../src/kernel/amount.ts';
import { systemClock } from '../src/kernel/clock.ts';
import type { TopupOrder } from '../src/orders/index.ts';
import { SettlePayment } from '../src/payments/index.ts';
import { time } from './grow/compare.ts';
import { fillSide, type Side, startSide } from './grow/side.ts';
import { percentile } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';
import { ask, follow } from './waiters/clients.ts';
import { type Awaited, pending } from './waiters/pending-order.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'waiters.md');
const EXTENT = { orders: 2000, organizations: 200, largestHasOneIn: 50 };
const CALLERS = 200;
/** Orders that are paid for each row of the table. */
const PAID = 50;

/** Holds this many requests that wait for an order, 2,000 by default, then as many streams, and pays some of the orders. */
export async function benchWaiters([given = '2000']: readonly string[]): Promise<void> {
  const waiters = Number(given);
  if (!Number.isInteger(waiters) || waiters < PAID || waiters > 2500) throw new Error(`waiters: ${PAID} to 2500`);
  const load = loadavg()[0] ?? 0;
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
    stops.push(() => postgres.stop());
    const sandbox = await startSandbox();
    stops.push(() => sandbox.stop());
    await fillSide(postgres.url, EXTENT);
    const side = await startSide('waiters', postgres.url, EXTENT, sandbox);
    stops.push(() => side.stop());
    const url = await side.server.listen({ port: 0, host: '127.0.0.1' });
    const orders: Awaited[] = [];
    for (let index = 0; index < PAID * 4; index += 1)
      orders.push(await pending(side, String(30_000 + (index % CALLERS))));
    const requests = await measure(side, url, waiters, { ...REQUESTS, orders: orders.splice(0, PAID * 2) });
    write(text(waiters, load, [requests, await measure(side, url, waiters, { ...STREAMS, orders })]));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** One of the two ways to learn of a change. Both open a connection and count as a waiter. */
interface Way {
  name: string;
  /** Waits for any change of this order that comes from now on. */
  wait(url: string, agent: Agent, of: Awaited, changedAt: Date): Promise<() => Promise<void>>;
  /** Waits for as long as the agent lives. */
  hold(url: string, agent: Agent, of: Awaited): void;
}

const REQUESTS: Way = {
  name: 'request',
  async wait(url, agent, of, changedAt) {
    const answer = ask(url, agent, of, changedAt);
    return () => answer;
  },
  // A year that no order reaches.
  hold: (url, agent, of) => void ask(url, agent, of, new Date('2099-01-01')).catch(() => undefined),
};

const STREAMS: Way = {
  name: 'stream',
  async wait(url, agent, of) {
    const stream = follow(url, agent, of);
    while (stream.values() === 0) await stream.next();
    return stream.next;
  },
  hold: (url, agent, of) => void follow(url, agent, of),
};

interface Figures {
  name: string;
  alone: number[];
  beside: number[];
  bytes: number;
}

async function measure(
  side: Side,
  url: string,
  waiters: number,
  { orders, ...way }: Way & { orders: Awaited[] },
): Promise<Figures> {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const alone = await pay(side, url, agent, way, orders.slice(0, PAID));
  const waiting = orders.slice(PAID);
  const held: Awaited[] = [];
  for (let index = 0; index < waiters - 1; index += 1) {
    const of = waiting[index % waiting.length];
    if (of === undefined) throw new Error('there is no order');
    const { organizationId } = of.order;
    held.push({ ...of, token: await side.sandbox.auth.token({ organization_id: organizationId, sub: randomUUID() }) });
  }
  const before = process.memoryUsage().rss;
  // At once, because a request waits for 25 seconds.
  for (const each of held) way.hold(url, agent, each);
  await untilWaiters(side, (waiting) => waiting >= waiters - 1);
  const bytes = (process.memoryUsage().rss - before) / waiters;
  const beside = await pay(side, url, agent, way, waiting);
  agent.destroy();
  await untilWaiters(side, (waiting) => waiting === 0);
  return { name: way.name, alone, beside, bytes };
}

async function untilWaiters({ services }: Side, isReady: (waiting: number) => boolean): Promise<void> {
  while (!isReady(services.waiters.size)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Milliseconds from the start of a settlement until the one who waits for it knows, one order after the other. */
async function pay(side: Side, url: string, agent: Agent, way: Way, orders: readonly Awaited[]): Promise<number[]> {
  const settlement = new SettlePayment(side.database, systemClock, () => undefined);
  const taken: number[] = [];
  for (const of of orders) {
    const [row] = (await side.database.query('select changed_at as "changedAt" from topup_orders where id = $1', [
      of.order.id,
    ])) as { changedAt: Date }[];
    const before = side.services.waiters.size;
    const learned = await way.wait(url, agent, of, row?.changedAt ?? new Date());
    await untilWaiters(side, (waiting) => waiting > before);
    taken.push(
      await time(async () => {
        // Before the settlement, so that no value is missed.
        const news = learned();
        await settle(settlement, of.order);
        await news;
      }),
    );
  }
  return taken.toSorted((a, b) => a - b);
}

async function settle(settlement: SettlePayment, order: TopupOrder): Promise<void> {
  const { outcome } = await settlement.settle({
    provider: order.paymentProvider,
    source: 'webhook',
    eventId: randomUUID(),
    notice: {
      type: 'invoice.paid',
      orderNumber: order.number,
      invoiceId: order.paymentInvoiceId ?? '',
      paid: rupiahAmount(order.total),
      refunded: null,
      currency: 'IDR',
      paidAt: new Date(),
      paymentMethod: 'va_bni',
    },
  });
  if (outcome !== 'settled') throw new Error(`the payment was ${outcome}`);
}

function text(waiters: number, load: number, ways: readonly Figures[]): string {
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[50, 95].map((percent) => percentile(times, percent).toFixed(1)),
    (times.at(-1) ?? 0).toFixed(1),
  ];
  const rows = ways.flatMap(({ name, alone, beside }) => [
    row(`a ${name}, nobody else waits`, alone),
    row(`a ${name}, ${waiters - 1} other ${name}s wait`, beside),
  ]);
  const memory = ways.map(({ name, bytes }) => `a ${name} ${Math.round(bytes / 1024)} KB`).join(', ');
  return `# Requests and streams that wait for an order

${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}. \`npm run bench -- waiters\`. Its load average was ${load.toFixed(1)} before it began, on 2 cores.

Milliseconds from the start of a settlement to the whole answer of the request, or to the value of the stream, that waits for this order; ${PAID}
payments a row, one after the other. The server and the clients are one process. Memory, the client's side included: ${memory}.

${table(['', 'p50', 'p95', 'most'], rows)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
