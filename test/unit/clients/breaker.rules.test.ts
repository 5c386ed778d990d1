import { beforeEach, describe, expect, test } from 'vitest';
import { type Breaker, SilenceBreaker } from '../../../src/clients/breaker.ts';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';

const SILENT = new UpstreamError('tiny', 'unavailable', 'no answer');
let now: number;
let states: string[];
let breaker: Breaker;

beforeEach(() => {
  now = 0;
  states = [];
  breaker = new SilenceBreaker({
    neighbour: 'tiny',
    patienceMs: 60_000,
    now: () => now,
    onState: (_name, state) => states.push(state),
  });
});

const well = async () => 'well';
const silent = async () => Promise.reject(SILENT);
const outcomeOf = (call: Promise<unknown>) => call.catch((error: unknown) => error);
const run = (call: () => Promise<unknown>, urgent = false) => outcomeOf(breaker.run(call, { urgent }));

async function open(): Promise<void> {
  for (let call = 0; call < 5; call++) await run(silent);
  expect(states.at(-1)).toBe('open');
}

describe('the window of ten seconds', () => {
  test('opens the breaker after five silent calls', async () => {
    for (let call = 0; call < 5; call++) {
      expect(states).toEqual(['closed']);
      await run(silent);
      now += 2400;
    }
    expect(states).toEqual(['closed', 'open']);
  });

  test('keeps it closed when one package hangs again and again, every eight seconds', async () => {
    for (let call = 0; call < 100; call++) {
      await run(silent);
      now += 8000;
    }
    expect(states).toEqual(['closed']);
  });

  test('ignores answers from before it', async () => {
    for (let call = 0; call < 100; call++) await run(well);
    now += 10_000;
    await open();
  });

  test('keeps it closed while answers are as many as silences', async () => {
    for (let call = 0; call < 20; call++) await run(call % 2 === 0 ? well : silent);
    expect(states).toEqual(['closed']);
  });
});

describe('an open breaker', () => {
  test('refuses for half a second, then twice as long each time, five seconds at most', async () => {
    await open();
    for (const pause of [500, 1000, 2000, 4000, 5000, 5000]) {
      now += pause - 1;
      expect(await run(well)).toBeInstanceOf(NotAskedError);
      now += 1;
      expect(await run(silent)).toBe(SILENT);
    }
    now += 5000;
    expect(await run(well)).toBe('well');
    expect(states.at(-1)).toBe('closed');
  });

  test('admits an urgent call at once, and that waits for its whole answer', async () => {
    await open();
    const { promise, resolve } = Promise.withResolvers<string>();
    const impatient = new SilenceBreaker({ neighbour: 'tiny', patienceMs: 0 });
    for (let call = 0; call < 5; call++) await outcomeOf(impatient.run(silent));
    const urgent = impatient.run(() => promise, { urgent: true });
    expect(await outcomeOf(impatient.run(well))).toBeInstanceOf(NotAskedError);
    resolve('late and well');
    expect(await urgent).toBe('late and well');
    expect(await run(well, true)).toBe('well');
  });

  test('delays a caller that waits for others by no more than its patience', async () => {
    await open();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = run(() => promise, true);
    expect(await outcomeOf(breaker.run(well, { urgent: true, waitMs: 0 }))).toBeInstanceOf(NotAskedError);
    resolve('well');
    expect(await first).toBe('well');
  });

  test('is not opened again by a call from before it closed', async () => {
    const late = Array.from({ length: 15 }, () => Promise.withResolvers<string>());
    const calls = late.map(({ promise }) => run(() => promise));
    await open();
    expect(await run(well, true)).toBe('well');
    for (const { reject } of late) reject(SILENT);
    await Promise.all(calls);
    expect(states).toEqual(['closed', 'open', 'half_open', 'closed']);
  });
});
