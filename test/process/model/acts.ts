import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { TestApp } from '../../support/app/app.ts';
import { expectAllKnown, expectSame, recognise } from './compare.ts';
import * as money from './money-model.ts';
import type { Act, Order, World } from './order-model.ts';
import * as model from './order-model.ts';
import type { Shop } from './shop.ts';
import * as real from './shop.ts';

/** An action on one order, in the model and against the real server. */
export interface Deed {
  name: string;
  /** Selects the orders that it applies to. */
  suits?(order: Order): boolean;
  /** An action of others that comes first, in the model and for real: no crash of ours affects it. */
  before?(world: World, shop: Shop, index: number): Promise<void>;
  expected(world: World, order: Order): Act;
  /** Runs it and returns the refusals. */
  act(world: World, shop: Shop, app: TestApp, index: number): Promise<string[]>;
}

/** The number of packets after which the server dies; undefined when it survives. */
export type Death = number | undefined;

export const words = (name: string, death: Death) =>
  death === undefined ? name : `${name}, dying after ${death} packets`;

/** Every command takes a second, so that no two payments share one. */
function tick(world: World, shop: Shop, seconds = 1): void {
  shop.time.advance(seconds);
  world.now = shop.time.now().getTime() / 1000;
}

/** Runs it and advances the model to its result; after a death, to the state that it reached. Then both must agree. */
async function carryOut(
  world: World,
  shop: Shop,
  { states, refusals, death }: { states: ReadonlyMap<number, Order[]>; refusals: string[]; death: Death },
  act: (app: TestApp) => Promise<string[]>,
): Promise<void> {
  if (death === undefined) {
    expect(await act(shop.server.app)).toEqual(refusals);
    await real.untilChecked(shop);
    for (const [index, reached] of states) world.orders[index] = reached.at(-1) ?? world.orders[index] ?? never();
  } else {
    await shop.server.dieDuring(act, death);
    // The next server runs the check of a hint that the dead one stored.
    await real.untilChecked(shop);
    await recognise(world, shop, states);
  }
  await expectSame(world, shop);
}

export function never(): never {
  throw new Error('an order that the model does not have');
}

export async function doTo(world: World, shop: Shop, index: number, deed: Deed, death?: Death): Promise<void> {
  shop.trace.push(words(`${deed.name} (order ${index})`, death));
  tick(world, shop);
  await deed.before?.(world, shop, index);
  const { states, refusals } = deed.expected(world, world.orders[index] ?? never());
  const plan = { states: new Map([[index, states]]), refusals, death };
  await carryOut(world, shop, plan, (app) => deed.act(world, shop, app, index));
}

export async function reconcile(world: World, shop: Shop, death?: Death): Promise<void> {
  shop.trace.push(words('reconcile', death));
  tick(world, shop);
  const states = new Map(world.orders.map((order, index) => [index, money.reconcile(world, order)]));
  await carryOut(world, shop, { states, refusals: [], death }, async ({ services }) => {
    await services.reconcile.run();
    return [];
  });
}

export async function timePasses(world: World, shop: Shop, seconds: number): Promise<void> {
  shop.trace.push(`${seconds / 60} minutes pass`);
  tick(world, shop, seconds);
  await real.runDueInvoiceJobs(shop);
  world.orders = world.orders.map((order) => model.invoiced(world, order).at(-1) ?? order);
  await expectSame(world, shop);
}

export async function create(
  world: World,
  shop: Shop,
  organization: number,
  basket: number,
  death?: Death,
): Promise<void> {
  shop.trace.push(words(`create order ${world.orders.length} (organization ${organization}, basket ${basket})`, death));
  tick(world, shop);
  const key = randomUUID();
  const order = model.create(world, organization, basket);
  // A caller without an answer repeats with the same key, and gets the one order.
  if (death !== undefined) {
    await shop.server.dieDuring((app) => real.create(shop, app, organization, basket, key), death);
    await expectSame(world, shop);
  }
  real.remember(shop, organization, await real.create(shop, shop.server.app, organization, basket, key));
  world.orders.push(order);
  await expectAllKnown(shop);
  await expectSame(world, shop);
}
