import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { create, doTo } from './acts.ts';
import { commands } from './commands.ts';
import { confirmed } from './deeds.ts';
import { type MortalServer, startMortalServer } from './mortal-server.ts';
import { DAY, type World } from './order-model.ts';
import { comeToRest } from './rest.ts';
import { openShop, type Time } from './shop.ts';

/**
 * Random sequences of what buyers, the provider, time and crashes can do to orders, against a pure model of domain.md 8.
 * MODEL_RUNS and MODEL_MINUTES: how many sequences, and for how long at most. A failure names its seed, path and
 * replayPath: MODEL_SEED, MODEL_PATH and MODEL_REPLAY run it again.
 */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 25);
/**
 * No new sequence starts after this time, and a found failure is not shrunk any further. fast-check's own limit would
 * let a sequence in flight continue after the test.
 */
const LONGEST_MS = Number(process.env['MODEL_MINUTES'] ?? 4) * 60_000;
const { MODEL_SEED, MODEL_PATH, MODEL_REPLAY } = process.env;
/** About half as many are executed. */
const MOST_COMMANDS = 24;

/** A day ahead of PostgreSQL: a job that is enqueued for later runs only when the test says so. */
function createTime(): Time {
  let seconds = Math.floor(Date.now() / 1000) + DAY;
  return {
    now: () => new Date(seconds * 1000),
    advance(more) {
      seconds += more;
    },
  };
}

const time = createTime();
let landlord: TestApp;
let server: MortalServer;

beforeAll(async () => {
  // The queue's library writes every connection that it loses to stderr.
  vi.spyOn(console, 'trace').mockImplementation(() => undefined);
  landlord = await startApp({ clock: time, withoutBackground: true, sandbox: { clock: time.now } });
  server = await startMortalServer(landlord, time);
});

afterAll(async () => {
  await server.stop();
  await landlord.close();
});

test(
  'orders follow the model under every sequence of events and crashes',
  async () => {
    const tally = new Map<string, number>();
    const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
    const sequences = fc.commands(commands, {
      maxCommands: MOST_COMMANDS,
      size: 'max',
      ...(MODEL_REPLAY === undefined ? {} : { replayPath: MODEL_REPLAY }),
    });
    const end = Date.now() + LONGEST_MS;
    const property = fc.asyncProperty(sequences, async (sequence) => {
      if (Date.now() > end) return;
      const shop = await openShop(landlord, server, time);
      const world: World = { now: 0, orders: [] };
      try {
        // Most commands need an order, so each organization starts with one, and one is confirmed.
        for (const organization of shop.organizations.keys()) await create(world, shop, organization, 0);
        await doTo(world, shop, 1, confirmed('as before'));
        await fc.asyncModelRun(() => ({ model: world, real: shop }), sequence);
        count('sequences');
        for (const line of shop.trace) {
          count(line.includes('dying') ? 'commands with a crash' : 'commands');
          count(`command: ${line.replace(/ \(.*| \d+$|, dying.*/g, '')}`);
        }
        await comeToRest(world, shop);
        for (const { walk } of world.orders) count(walk.join(' → '));
      } catch (error) {
        throw new Error(`${(error as Error).message}\nafter\n  ${shop.trace.join('\n  ')}`, { cause: error });
      }
    });
    await fc.assert(property, {
      numRuns: RUNS,
      ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
      ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
    });
    // The counts of the executed commands, when more runs than the default are requested.
    if (process.env['MODEL_RUNS'] !== undefined) console.table(Object.fromEntries([...tally].toSorted()));
    expect(tally.get('sequences')).toBeGreaterThan(0);
  },
  LONGEST_MS + 60_000,
);
