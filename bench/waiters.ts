import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startSandbox } from '../sandbox/index.ts';
import { startPostgres } from '../sandbox/postgres/postgres.ts';
import { rupiahAmount } from '../src/kernel/amount.ts';
import { systemClock } from '../src/kernel/clock.ts';
import type { TopupOrder } from '../src/orders/index.ts';
import { SettlePayment } from '../src/payments/index.ts';
import type { RequestContext } from '../src/platform/server/request-context.ts';
import { time } from './grow/compare.ts';
import { fillSide, type Side, startSide } from './grow/side.ts';
import { percentile } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'waiters.md');
const EXTENT = { orders: 2000, organizations: 200, largestHasOneIn: 50 };
const CALLERS = 200;
const PAID = 100;
/** An organization of the sandbox that may order. */
const MODEL = '1004';

/** Holds this many requests that wait for an order, 2,000 by default, and pays some of the orders. */
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
    write(text(waiters, load, await hold(side, url, waiters)));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

interface Figures {
  alone: number[];
  beside: number[];
  bytesOfWaiter: number;
}

async function hold(side: Side, url: string, waiters: number): Promise<Figures> {
  const orders: { order: TopupOrder; token: string }[] = [];
  for (let index = 0; index < PAID * 2; index += 1)
    orders.push(await pending(side, String(30_000 + (index % CALLERS))));
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const alone = await pay(side, url, agent, orders.slice(0, PAID));
  const waiting = orders.slice(PAID);
  const before = process.memoryUsage().rss;
  const held = Array.from({ length: waiters - 1 }, (_, index) => {
    const of = waiting[index % waiting.length];
    if (of === undefined) throw new Error('there is no order');
    // A year that no order reaches: these wait to their end.
    return side.sandbox.auth
      .token({ organization_id: of.order.organizationId, sub: randomUUID() })
      .then((token) => ask(url, agent, { ...of, token }, new Date('2099-01-01')))
      .catch(() => undefined);
  });
  while (side.services.watch.size < waiters - 1) await new Promise((resolve) => setTimeout(resolve, 20));
  const bytesOfWaiter = (process.memoryUsage().rss - before) / waiters;
  const beside = await pay(side, url, agent, waiting.slice(0, PAID / 2));
  side.services.watch.stop();
  await Promise.all(held);
  agent.destroy();
  return { alone, beside, bytesOfWaiter };
}

/** Milliseconds from the start of a settlement to the answer of the request that waits for it, one order after the other. */
async function pay(side: Side, url: string, agent: Agent, orders: readonly { order: TopupOrder; token: string }[]) {
  const settlement = new SettlePayment(side.database, systemClock, () => undefined);
  const taken: number[] = [];
  for (const of of orders) {
    const [row] = (await side.database.query('select changed_at as "changedAt" from topup_orders where id = $1', [
      of.order.id,
    ])) as { changedAt: Date }[];
    const before = side.services.watch.size;
    const answer = ask(url, agent, of, row?.changedAt ?? new Date());
    while (side.services.watch.size === before) await new Promise((resolve) => setTimeout(resolve, 5));
    taken.push(
      await time(async () => {
        const { outcome } = await settlement.settle({
          provider: of.order.paymentProvider,
          source: 'webhook',
          eventId: randomUUID(),
          notice: {
            type: 'invoice.paid',
            orderNumber: of.order.number,
            invoiceId: of.order.paymentInvoiceId ?? '',
            paid: rupiahAmount(of.order.total),
            refunded: null,
            currency: 'IDR',
            paidAt: new Date(),
            paymentMethod: 'va_bni',
          },
        });
        if (outcome !== 'settled') throw new Error(`the payment was ${outcome}`);
        await answer;
      }),
    );
  }
  return taken.toSorted((a, b) => a - b);
}

async function pending(side: Side, organizationId: string) {
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

const QUERY = `query ($id: ID!, $since: DateTime) { topupOrder(id: $id, changedSince: $since, waitSeconds: 25) { status changedAt } }`;

function ask(url: string, agent: Agent, { order, token }: { order: TopupOrder; token: string }, since: Date) {
  const body = JSON.stringify({ query: QUERY, variables: { id: order.id, since } });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = httpRequest(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
    response.resume().on('end', resolve);
  });
  sent.on('error', reject).end(body);
  return promise;
}

function text(waiters: number, load: number, { alone, beside, bytesOfWaiter }: Figures): string {
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[50, 99].map((percent) => percentile(times, percent).toFixed(1)),
    (times.at(-1) ?? 0).toFixed(1),
  ];
  const rows = [row('nobody else waits', alone), row(`${waiters - 1} others wait`, beside)];
  return `# Requests that wait for an order

${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}. \`npm run bench -- waiters\`. Its load average was ${load.toFixed(1)} before it began, on 2 cores.

Milliseconds from the start of a settlement to the whole answer of the request that waits for this order; the server and the clients are one
process. A waiter takes ${Math.round(bytesOfWaiter / 1024)} KB of memory, its client's side included.

${table(['', 'p50', 'p99', 'most'], rows)}
`;
}

function write(result: string): void {
  console.log(result);
  mkdirSync(dirname(RESULT), { recursive: true });
  writeFileSync(RESULT, result);
}
