import pg from 'pg';
import { expect } from 'vitest';
import { createOrder, until, untilStatus } from '../../../support/app/purchase.ts';
import { invoiceEvent } from '../../../support/app/webhook.ts';
import type { DatabaseWire } from '../../../support/database/database-wire.ts';
import type { Situation, World } from '../walk.ts';
import { confirm, pending } from './buying.ts';

/** The page of options is served from memory for a while. */
const ORDERS = 'query ($id: ID!) { topupOrders(organizationId: $id, first: 1) { totalCount } }';
const READY = 'curl --silent http://127.0.0.1:4000/readyz';

export interface DatabaseWorld extends World {
  /** The way from replicas and commands to the database. */
  wire: DatabaseWire;
  databaseUrl: string;
}

const NOWHERE = 'postgres://127.0.0.1:1';
/** `app.db` does not go through the wire. */
const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name like 'self-topup%'`;

const databaseIsAway: Situation<DatabaseWorld> = {
  title: 'nothing answers at the address of the database',
  alerts: ['DatabaseAway', 'WebhookNotStored', 'CreditBudgetBurns', 'OperationsFailing', 'PageBudgetBurns'],
  goesOn: true,
  async bringAbout(world) {
    const { app } = world;
    const { id, client, order } = await pending(world);
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    world.wire.pointTo(NOWHERE);
    await app.db.query(CUT);
    expect((await client.send(ORDERS, { id })).errors).toHaveLength(1);
    const { status } = await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order) });
    expect(status).toBe(500);
    return {
      look(looked) {
        expect(looked.get(READY)?.stdout).toContain('"database":"down"');
        const { stdout } = looked.get('npm run check:config') ?? {};
        expect(stdout).toMatch(/^FAIL {2}database, for callers: .* cannot be reached /m);
      },
      async end() {
        world.wire.pointTo(world.databaseUrl);
        await until(
          () => fetch(`${app.url}/readyz`),
          ({ status }) => status === 200,
        );
      },
      isOver: () => untilStatus(client, order.id, 'COMPLETED'),
      async callAgain() {
        // Many, because a busy machine may take a second for one of them.
        for (let call = 0; call < 50; call++) await client.query(ORDERS, { id });
        const next = await pending(world);
        await app.sandbox.mekariPay.pay(next.order.number);
        await untilStatus(next.client, next.order.id, 'COMPLETED');
      },
    };
  },
};

/** As a session of psql that somebody left open. */
async function lockOrder({ app }: World, id: string): Promise<{ pid: number; ended: Promise<void> }> {
  const client = new pg.Client({ connectionString: app.db.url, application_name: 'psql' });
  const ended = new Promise<void>((resolve) => client.on('error', () => resolve()));
  await client.connect();
  await client.query('begin');
  const { rows } = await client.query('select pg_backend_pid() as pid from topup_orders where id = $1 for update', [
    id,
  ]);
  return { pid: rows[0].pid, ended };
}

const sessionHoldsALock: Situation = {
  title: 'a session that somebody left open holds the lock of an order',
  alerts: ['OperationsSlow', 'ConfirmBudgetBurns'],
  goesOn: true,
  async bringAbout(world) {
    const { id, client } = await pending(world);
    const draft = await createOrder(client, id, { wa_balance: '1000000' });
    const { pid, ended } = await lockOrder(world, draft.id);
    const { errors } = await confirm(client, draft);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    return {
      names: { pid },
      look(looked) {
        const [sessions] = [...looked].filter(([line]) => line.startsWith('psql')).map(([, { stdout }]) => stdout);
        expect(sessions).toMatch(new RegExp(`^ *${pid} \\|.*idle in transaction.*for update`, 'm'));
      },
      isOver: () => ended,
      callAgain: () => confirm(client, draft),
    };
  },
};

export const database: readonly Situation<DatabaseWorld>[] = [databaseIsAway, sessionHoldsALock];
