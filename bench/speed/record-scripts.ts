import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectDatabase } from '../../src/platform/database/data-source.ts';
import { Caller } from '../neighbours/caller.ts';
import type { Ground } from '../neighbours/ground.ts';
import { type Executed, startSqlWire } from '../neighbours/sql-wire.ts';
import { holdJobs } from './hold-jobs.ts';
import { confirmBody, createBody } from './order-requests.ts';
import { addPendingOrders, FIRST_ORDER, organizationOf } from './pending-orders.ts';
import { type Own, toScript } from './transcript.ts';
import { secretsOf, webhooks } from './webhooks.ts';
import { startWriter } from './writer.ts';

export interface Script {
  script: string;
  /** To the database and back, for one order. */
  trips: number;
}

export interface Scripts {
  settle: Script;
  order: Script;
}

/** As our connections for requests call themselves; those of the job queue have another name. */
const APPLICATION = 'self-topup';
/** Before what is recorded, so that caches are warm and the statements those of any other order. */
const WARM = 10;
/** A statement sent on a connection of ours may still be on its way through the wire when the answer is there. */
const SETTLING_MS = 300;

/** The very statements of one settled webhook, and of one order created and confirmed, written down on their way to PostgreSQL. */
export async function recordScripts(ground: Ground, env: Record<string, string>): Promise<Scripts> {
  const url = await ground.database();
  const database = await connectDatabase({ url, entities: [], migrations: [], poolSize: 2 });
  await holdJobs(database);
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  const wire = await startSqlWire(url, APPLICATION);
  const writer = await startWriter(ground, { ...env, DATABASE_URL: wire.url });
  const record = async (work: () => Promise<void>): Promise<Executed[]> => {
    await sleep(SETTLING_MS);
    wire.clear();
    await work();
    await sleep(SETTLING_MS);
    return wire.executed();
  };
  try {
    await addPendingOrders(database, FIRST_ORDER, WARM + 1);
    for (let order = FIRST_ORDER; order < FIRST_ORDER + WARM; order++) await settle(writer.url, ground, order);
    const settled = FIRST_ORDER + WARM;
    const ofSettle = await record(() => settle(writer.url, ground, settled));

    const ordered = settled + 1;
    const organization = String(organizationOf(ordered));
    const caller = new Caller(writer.url, await ground.sandbox.auth.token({ organization_id: organization }));
    for (let warm = 0; warm < 2; warm++) await createAndConfirm(caller, organization, `warm-${warm}`);
    const ofOrder = await record(() => createAndConfirm(caller, organization, String(ordered)));
    caller.close();
    const [row]: { number: string; invoice: string }[] = await database.query(
      `select number, payment_invoice_id as invoice from topup_orders
       where id = (select order_id from idempotency_keys where operation = 'confirm' and key = 'confirm-${ordered}')`,
    );
    if (row === undefined) throw new Error('the order was not confirmed');
    const its: Own = [
      [row.number, `'TU-' || :n`],
      [row.invoice, `'inv_' || :n`],
    ];
    return {
      settle: await toScript(session, ofSettle, ownOf(settled)),
      order: await toScript(session, ofOrder, [...its, ...ownOf(ordered)]),
    };
  } finally {
    await writer.stop();
    await wire.stop();
    await session.end();
    await database.destroy();
  }
}

const ownOf = (order: number): Own => [
  [String(order), ':n'],
  [String(organizationOf(order)), '(10000 + :n % 1000)::text'],
];

async function settle(url: string, ground: Ground, order: number): Promise<void> {
  const [webhook] = webhooks(order, 1, secretsOf(ground));
  const response = await fetch(`${url}/webhooks/mekari-pay`, { method: 'POST', ...webhook });
  if (response.status !== 200) throw new Error(`the webhook was answered ${response.status}: ${await response.text()}`);
}

async function createAndConfirm(caller: Caller, organization: string, name: string): Promise<void> {
  const created = await caller.post(createBody(organization, `create-${name}`));
  const confirmed = await caller.post(confirmBody(created.body, `confirm-${name}`));
  if (!confirmed.body.includes('"paymentUrl":"http')) throw new Error(confirmed.body);
}
