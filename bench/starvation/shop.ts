import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { Caller } from '../neighbours/caller.ts';
import { type Ground, root } from '../neighbours/ground.ts';
import { type Replica, startReplica } from '../neighbours/replica.ts';

const FLAGS = ['billing_new_topup_page', 'billing_new_topup'].flatMap((flag) => [flag, 'on']);
const CREATE = `mutation ($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { id number total { amount } } userErrors { code } } }`;
const CONFIRM =
  'mutation ($input: ConfirmOrderInput!) { confirmOrder(input: $input) { order { id } userErrors { code } } }';
const PAUSE_MS = 20;

export interface Order {
  id: string;
  number: string;
}

/** A database of one build, and replicas of that build. */
export interface Shop {
  ground: Ground;
  query<T extends object>(sql: string, values?: unknown[]): Promise<T[]>;
  /** Runs one of the build's commands. */
  command(name: string, ...args: string[]): Promise<void>;
  start(env?: Record<string, string>): Promise<Replica>;
  /** A confirmed order of one seat. */
  order(caller: Caller, organizationId: string): Promise<Order>;
  callerOf(replica: Replica, organizationId: string): Promise<Caller>;
  /** Seconds from the payment until the order is COMPLETED; infinite if that takes longer than `limit`. */
  secondsToBook(order: Order, limit: number): Promise<number>;
  close(): Promise<void>;
}

let databases = 0;

export async function openShop(ground: Ground, file?: string): Promise<Shop> {
  const url = new URL(await ground.database());
  databases += 1;
  const name = `starvation_${databases}`;
  const creator = new pg.Client({ connectionString: url.href });
  await creator.connect();
  await creator.query(`create database ${name}`);
  await creator.end();
  url.pathname = `/${name}`;
  const DATABASE_URL = url.href;
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 });
  const dist = file === undefined ? join(root, 'dist') : join(dirname(file), '..');
  const command = async (named: string, ...args: string[]) => {
    const env = { ...process.env, DATABASE_URL };
    await promisify(execFile)(process.execPath, [join(dist, `src/commands/${named}.js`), ...args], { cwd: root, env });
  };
  await command('migrate');
  await command('catalogue', 'apply', join(root, 'seed/topup-configurations.json'));
  await command('flags', 'set', ...FLAGS);
  const query = async <T extends object>(sql: string, values: unknown[] = []) =>
    (await pool.query<T>(sql, values)).rows;
  const { sandbox } = ground;
  return {
    ground,
    query,
    command,
    async start(env = {}) {
      const replica = await startReplica(ground, { DATABASE_URL, ...env }, undefined, join(dist, 'server/main.js'));
      sandbox.mekariPay.setWebhookUrl(`${replica.url}/webhooks/mekari-pay`);
      return replica;
    },
    async callerOf({ url: address }, organizationId) {
      return new Caller(address, await sandbox.auth.token({ organization_id: organizationId }));
    },
    async order(caller, organizationId) {
      const items = [{ optionId: `${organizationId}:agent_extra`, quantity: '1' }];
      const { createTopupOrder } = await caller.data<{
        createTopupOrder: { order: (Order & { total: { amount: string } }) | null; userErrors: unknown };
      }>(CREATE, { input: { items, idempotencyKey: randomUUID() } });
      const { order, userErrors } = createTopupOrder;
      if (order === null) throw new Error(`an order was refused: ${JSON.stringify(userErrors)}`);
      const input = { orderId: order.id, expectedTotal: order.total.amount, idempotencyKey: randomUUID() };
      await caller.data(CONFIRM, { input });
      return order;
    },
    async secondsToBook({ id, number }, limit) {
      const paidAt = performance.now();
      await sandbox.mekariPay.pay(number);
      for (;;) {
        const seconds = (performance.now() - paidAt) / 1000;
        const [row] = await query<{ status: string }>('select status from topup_orders where id = $1', [id]);
        if (row?.status === 'COMPLETED') return seconds;
        if (seconds > limit) return Number.POSITIVE_INFINITY;
        await sleep(PAUSE_MS);
      }
    },
    async close() {
      await sandbox.mail.faults.clear();
      await pool.end();
    },
  };
}

/** One decimal, or that the limit passed. */
export const shown = (seconds: number, limit: number) => (Number.isFinite(seconds) ? seconds.toFixed(1) : `> ${limit}`);
