import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LARGE_ORGANIZATION } from '../grow/fill-orders.ts';

export const KINDS = ['page', 'settlement', 'notice'] as const;

export interface Waits {
  kind: (typeof KINDS)[number];
  /** Milliseconds. */
  ms: number[];
}

interface Extent {
  orders: number;
  organizations: number;
}

/** The traffic while the database migrates: the statements of the version before, from connections of their own. */
export interface Traffic {
  /** Returns what was measured since the last call. */
  take(): Waits[];
  stop(): Promise<void>;
}

const PAUSE_MS = 20;

/** The history of an organization: a page of orders, then their lines and steps. */
const PAGE = [
  `select * from topup_orders where organization_id = $1 order by created_at desc, id desc limit 21`,
  `select * from topup_order_lines where order_id = any($1) order by order_id, position`,
  `select * from topup_order_events where order_id = any($1) order by order_id, id`,
];

/** A late payment settles an order that was given up: as the product does it, in one statement. */
const SETTLEMENT = `
  with moved as (
    update topup_orders set status = 'PAID', paid_at = now() where number = $1 and status in ('EXPIRED', 'CANCELLED')
    returning id, organization_id, number, payment_invoice_id, total
  ), step as (
    insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
    select id, now(), 'EXPIRED', 'PAID', 'payment: webhook', 'bench' from moved
  ), entries as (
    insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, period, created_at)
    select uuidv7(), organization_id, line.id, quota_code, case kind when 'TOPUP' then kind else 'EXCESS_SETTLEMENT' end,
      case kind when 'TOPUP' then credits else quantity end, excess_period, now()
    from moved join topup_order_lines line on line.order_id = moved.id
  ), event as (
    insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, paid_at,
      payment_method, outcome, received_at)
    select uuidv7(), gen_random_uuid()::text, 'webhook', 'invoice.paid', number, id, payment_invoice_id, total, 'IDR', now(),
      'va_bni', 'settled', now() from moved
  )
  select count(*) from moved`;

/** A notice about a paid order locks its row and enters the inbox. */
const NOTICE = `
  with locked as materialized (select id, number, payment_invoice_id from topup_orders where number = $1 for update)
  insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, outcome, received_at)
  select uuidv7(), gen_random_uuid()::text, 'webhook', 'invoice.paid', number, id, payment_invoice_id, 1, 'IDR', 'repeated', now()
  from locked`;

export async function startTraffic(url: string, { orders, organizations }: Extent): Promise<Traffic> {
  let isOver = false;
  let waits = KINDS.map((kind): Waits => ({ kind, ms: [] }));
  const random = (below: number) => Math.floor(Math.random() * below);
  // Among each 101 orders, those from 15 to 22 were given up, and those from 24 on are paid (bench/grow/fill-orders.ts).
  let nextGivenUp = 0;
  const givenUp = () => {
    nextGivenUp += 1;
    return `TU-${101 * (9 + Math.floor(nextGivenUp / 8)) + 15 + (nextGivenUp % 8)}`;
  };
  const paid = () => `TU-${101 * (9 + random(Math.floor(orders / 101) - 10)) + 24 + random(77)}`;

  const work: Record<Waits['kind'], (client: pg.Client) => Promise<unknown>> = {
    async page(client) {
      const [orderPage = '', ...rest] = PAGE;
      const { rows } = await client.query(orderPage, [
        String(Number(LARGE_ORGANIZATION) + 1 + random(organizations - 1)),
      ]);
      for (const sql of rest) await client.query(sql, [rows.map(({ id }) => id)]);
    },
    settlement: (client) => client.query(SETTLEMENT, [givenUp()]),
    notice: (client) => client.query(NOTICE, [paid()]),
  };

  async function loop(kind: Waits['kind']): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    while (!isOver) {
      const start = performance.now();
      await work[kind](client);
      waits.find((each) => each.kind === kind)?.ms.push(performance.now() - start);
      await sleep(PAUSE_MS);
    }
    await client.end();
  }

  const loops = Promise.all([...KINDS, 'page' as const].map(loop));
  return {
    take() {
      const taken = waits;
      waits = KINDS.map((kind): Waits => ({ kind, ms: [] }));
      return taken;
    },
    async stop() {
      isOver = true;
      await loops;
    },
  };
}
