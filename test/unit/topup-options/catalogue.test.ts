import { expect, test } from 'vitest';
import { Catalogue } from '../../../src/topup-options/catalogue.ts';
import type { TopupConfiguration } from '../../../src/topup-options/store/topup-configuration.entity.ts';
import { offeredOption } from '../orders/option-samples.ts';

/** A catalogue whose reads the test answers, and a clock that stands still until it is moved. */
function setUp() {
  let at = Date.UTC(2026, 10, 22);
  const reads: PromiseWithResolvers<readonly TopupConfiguration[]>[] = [];
  const faults: string[] = [];
  const catalogue = new Catalogue({
    read: () => {
      const next = Promise.withResolvers<readonly TopupConfiguration[]>();
      reads.push(next);
      return next.promise;
    },
    clock: { now: () => new Date(at) },
    onFault: (id, reason) => faults.push(`${id} ${reason}`),
  });
  const codesOf = async (rows: ReturnType<Catalogue['rows']>) =>
    (await rows).map(({ configuration }) => configuration.code);
  return {
    reads,
    faults,
    rows: () => codesOf(catalogue.rows()),
    rowsNow: () => codesOf(catalogue.rowsNow()),
    all: () => catalogue.rows(),
    move: (ms: number) => {
      at += ms;
    },
    answer: (which: number, ...codes: string[]) => reads[which]?.resolve(codes.map((code) => row(code))),
  };
}

const row = (code: string, optionValue?: unknown): TopupConfiguration => {
  const { configuration } = offeredOption({ code, unitPrice: 1n });
  return optionValue === undefined ? configuration : { ...configuration, optionValue };
};

test('all pages of a second share one read, also while it is in flight; the next second reads again', async () => {
  const { reads, rows, move, answer } = setUp();
  const early = [rows(), rows()];
  move(999);
  early.push(rows());
  answer(0, 'muv');
  expect(await Promise.all(early)).toEqual([['muv'], ['muv'], ['muv']]);
  expect(await rows()).toEqual(['muv']);
  expect(reads).toHaveLength(1);
  move(1);
  const next = rows();
  expect(reads).toHaveLength(2);
  answer(1, 'muv', 'sms_extra');
  expect(await next).toEqual(['muv', 'sms_extra']);
});

test('the second starts with the read, not with its answer', async () => {
  const { reads, rows, move, answer } = setUp();
  const slow = rows();
  move(900);
  answer(0, 'muv');
  await slow;
  move(100);
  void rows();
  expect(reads).toHaveLength(2);
});

test('an order reads at once, whatever pages have cached or wait for, and pages share its read', async () => {
  const { reads, rows, rowsNow, answer } = setUp();
  const page = rows();
  const order = rowsNow();
  expect(reads).toHaveLength(2);
  answer(0, 'of before');
  answer(1, 'of now');
  expect(await page).toEqual(['of before']);
  expect(await order).toEqual(['of now']);
  expect(await rows()).toEqual(['of now']);
  expect(reads).toHaveLength(2);
});

test('a failed read fails its waiters, and is not cached', async () => {
  const { reads, rows, answer } = setUp();
  const failing = [rows(), rows()];
  reads[0]?.reject(new Error('gone'));
  for (const each of failing) await expect(each).rejects.toThrow('gone');
  const next = rows();
  answer(1, 'muv');
  expect(await next).toEqual(['muv']);
});

test('an old read that fails late does not replace a newer one', async () => {
  const { reads, rows, move, answer } = setUp();
  const old = rows();
  move(1000);
  const next = rows();
  answer(1, 'muv');
  await next;
  reads[0]?.reject(new Error('gone'));
  await expect(old).rejects.toThrow('gone');
  expect(await rows()).toEqual(['muv']);
  expect(reads).toHaveLength(2);
});

test('a clock that is set back makes no read last longer', async () => {
  const { reads, rows, move, answer } = setUp();
  const first = rows();
  answer(0, 'muv');
  await first;
  move(-3_600_000);
  void rows();
  expect(reads).toHaveLength(2);
});

test('an invalid row is reported as a fault with each read', async () => {
  const { reads, all, faults, move } = setUp();
  for (const read of [0, 1]) {
    const rows = all();
    reads[read]?.resolve([row('muv', { input: 'CHOICE', choices: 'many' }), row('agent_extra')]);
    expect(await rows).toMatchObject([
      { configuration: { code: 'muv' }, fault: expect.stringContaining('option_value.choices') },
      { configuration: { code: 'agent_extra' }, rule: { input: 'QUANTITY' }, taxes: [] },
    ]);
    move(1000);
  }
  expect(faults).toHaveLength(2);
  expect(faults[0]).toMatch(/^00000000-0000-7000-8000-000000000000 option_value\.choices: /);
});
