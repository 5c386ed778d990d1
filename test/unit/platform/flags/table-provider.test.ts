import { describe, expect, test } from 'vitest';
import type { FlagTable } from '../../../../src/platform/flags/store/flag-table.ts';
import { TableProvider } from '../../../../src/platform/flags/table-provider.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';

/** A table whose reads the test answers, and a clock that stands still until it is moved. */
function setUp() {
  let at = Date.UTC(2026, 10, 22);
  const reads: PromiseWithResolvers<FlagTable>[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = createLogger('debug', { write: (line: string) => logged.push(JSON.parse(line)) });
  const read = () => {
    const next = Promise.withResolvers<FlagTable>();
    reads.push(next);
    return next.promise;
  };
  const provider = new TableProvider(read, { now: () => new Date(at) }, log);
  return {
    reads,
    logged,
    provider,
    move: (ms: number) => {
      at += ms;
    },
    evaluate: () => provider.resolveBooleanEvaluation('page', false),
    answer: (which: number, on: boolean) => reads[which]?.resolve(new Map([['page', on]])),
    fail: (which: number) => reads[which]?.reject(new Error('gone')),
  };
}

/** With the first read answered: "on". */
async function warm() {
  const table = setUp();
  const first = table.evaluate();
  table.answer(0, true);
  expect(await first).toMatchObject({ value: true });
  return table;
}

describe('the table is read', () => {
  test('on demand only', () => {
    expect(setUp().reads).toHaveLength(0);
  });

  test('once for all callers within two seconds, during the read and afterwards', async () => {
    const { reads, move, evaluate, answer } = setUp();
    const early = Array.from({ length: 500 }, evaluate);
    move(1999);
    early.push(...Array.from({ length: 500 }, evaluate));
    answer(0, true);
    expect(new Set((await Promise.all(early)).map(({ value }) => value))).toEqual(new Set([true]));
    await evaluate();
    expect(reads).toHaveLength(1);
  });

  test('again for a caller two seconds later; nobody waits for it until the previous read is too old', async () => {
    const { reads, move, evaluate, answer } = setUp();
    const slow = evaluate();
    move(1500);
    answer(0, true);
    await slow;
    move(500);
    expect(await evaluate()).toMatchObject({ value: true });
    expect(reads).toHaveLength(2);
    move(1999);
    expect(await evaluate()).toMatchObject({ value: true });
    expect(reads).toHaveLength(2);
    move(1);
    const next = evaluate();
    expect(reads).toHaveLength(3);
    answer(2, false);
    expect(await next).toMatchObject({ value: false });
  });

  test('once more when a read takes longer than two seconds: it counts all the same', async () => {
    const { reads, move, evaluate, answer } = await warm();
    move(2000);
    await evaluate();
    move(2000);
    const waiting = evaluate();
    expect(reads).toHaveLength(3);
    answer(1, false);
    move(1);
    await Promise.resolve();
    expect(await evaluate()).toMatchObject({ value: false });
    answer(2, true);
    expect(await waiting).toMatchObject({ value: true });
  });

  test('once in two seconds when it fails, too', async () => {
    const { reads, move, evaluate, fail } = setUp();
    const failing = [evaluate(), evaluate()];
    fail(0);
    for (const each of failing) await expect(each).rejects.toThrow('gone');
    move(1999);
    await expect(evaluate()).rejects.toThrow('gone');
    expect(reads).toHaveLength(1);
    move(1);
    void evaluate().catch(() => undefined);
    expect(reads).toHaveLength(2);
  });

  test('again after the clock was set back: no copy lasts longer for that', async () => {
    const { reads, move, evaluate, answer } = await warm();
    move(-3_600_000);
    const next = evaluate();
    expect(reads).toHaveLength(2);
    answer(1, false);
    expect(await next).toMatchObject({ value: false });
  });

  test('again after a reset, whatever read was in flight', async () => {
    const { provider, move, evaluate, answer, fail } = await warm();
    move(2000);
    const before = evaluate();
    provider.forget();
    const after = evaluate();
    answer(1, true);
    answer(2, false);
    expect(await before).toMatchObject({ value: true });
    expect(await after).toMatchObject({ value: false });
    provider.forget();
    const next = evaluate();
    fail(3);
    await expect(next).rejects.toThrow('gone');
  });
});

describe('an unreadable table', () => {
  test('is an error for the caller, never "off", and is logged once a read', async () => {
    const { logged, evaluate, fail } = setUp();
    const asked = [evaluate(), evaluate()];
    fail(0);
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'GENERAL' });
    expect(logged).toMatchObject([{ event: 'flags_unreadable', reason: 'gone' }]);
  });

  test('leaves the previous read valid for less than four seconds after its start', async () => {
    const { move, evaluate, answer, fail } = await warm();
    move(2000);
    const next = evaluate();
    fail(1);
    expect(await next).toMatchObject({ value: true });
    move(1999);
    expect(await evaluate()).toMatchObject({ value: true });
    move(1);
    const late = evaluate();
    fail(2);
    await expect(late).rejects.toThrow('gone');
    move(2000);
    const healed = evaluate();
    answer(3, false);
    expect(await healed).toMatchObject({ value: false });
  });

  test('delays nobody while the read fails, until the previous read is too old', async () => {
    const { move, evaluate, fail } = await warm();
    move(2000);
    expect(await evaluate()).toMatchObject({ value: true });
    move(2000);
    const hanging = evaluate();
    fail(1);
    fail(2);
    await expect(hanging).rejects.toThrow('gone');
  });
});

test('a late answer does not replace one of a later read', async () => {
  const { move, evaluate, answer, fail } = setUp();
  const first = evaluate();
  move(2000);
  const second = evaluate();
  answer(1, false);
  expect(await second).toMatchObject({ value: false });
  answer(0, true);
  expect(await first).toMatchObject({ value: true });
  move(1999);
  expect(await evaluate()).toMatchObject({ value: false });
  move(1);
  const third = evaluate();
  fail(2);
  expect(await third).toMatchObject({ value: false });
});

test('a flag without a row is not found, and so off by default', async () => {
  const { provider, answer } = setUp();
  const asked = provider.resolveBooleanEvaluation('never_set', false);
  answer(0, true);
  expect(await asked).toMatchObject({ value: false, errorCode: 'FLAG_NOT_FOUND' });
});
