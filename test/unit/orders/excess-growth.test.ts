import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExcessFacts, onlyGrew } from '../../../src/orders/rules/excess-growth.ts';

const muv = (period: string, quantity: bigint) => ({ code: 'muv', period, quantity });
const NOTHING: ExcessFacts = { frozen: [], atQuote: [], atConfirm: [], taken: [] };
/** An order that carries 100 of October, all that hub-core reported. */
const QUOTED = { ...NOTHING, frozen: [muv('2026-10', 100n)], atQuote: [muv('2026-10', 100n)] };

describe('a confirm is not stopped by', () => {
  test.each<[string, ExcessFacts]>([
    ['excess that stays as it was', { ...QUOTED, atConfirm: [muv('2026-10', 100n)] }],
    ['excess that grew', { ...QUOTED, atConfirm: [muv('2026-10', 101n)] }],
    ['a new period', { ...QUOTED, atConfirm: [muv('2026-10', 100n), muv('2026-11', 7n)] }],
    ['excess where there was none', { ...NOTHING, atConfirm: [muv('2026-10', 7n)] }],
    [
      'growth of a period that another order has settled',
      {
        frozen: [],
        atQuote: [muv('2026-10', 100n)],
        atConfirm: [muv('2026-10', 130n)],
        taken: [muv('2026-10', 100n)],
      },
    ],
    [
      'a settled period that hub-core has ceased to report',
      { frozen: [], atQuote: [muv('2026-10', 100n)], atConfirm: [], taken: [muv('2026-10', 100n)] },
    ],
  ])('%s', (_, facts) => {
    expect(onlyGrew(facts)).toBe(true);
  });
});

describe('a confirm is stopped by', () => {
  const { atQuote } = QUOTED;
  test.each<[string, ExcessFacts]>([
    ['excess that fell', { ...QUOTED, atConfirm: [muv('2026-10', 99n)] }],
    ['a period that is gone', { ...QUOTED, atConfirm: [] }],
    [
      'a period that fell by what another grew',
      {
        frozen: [muv('2026-10', 100n), muv('2026-11', 50n)],
        atQuote: [muv('2026-10', 100n), muv('2026-11', 50n)],
        atConfirm: [muv('2026-10', 90n), muv('2026-11', 60n)],
        taken: [],
      },
    ],
    [
      'excess that another order has settled meanwhile',
      { ...QUOTED, atConfirm: [muv('2026-10', 100n)], taken: [muv('2026-10', 100n)] },
    ],
    [
      'excess that another order has settled while it grew by as much',
      { ...QUOTED, atConfirm: [muv('2026-10', 140n)], taken: [muv('2026-10', 40n)] },
    ],
    ['excess that another order has released', { ...NOTHING, atQuote, atConfirm: atQuote }],
    [
      'excess that another order has released while it grew',
      { ...NOTHING, atQuote, atConfirm: [muv('2026-10', 120n)] },
    ],
    [
      'a release of a part, where the order carries the rest',
      {
        frozen: [muv('2026-10', 60n)],
        atQuote: [muv('2026-10', 100n)],
        atConfirm: [muv('2026-10', 100n)],
        taken: [muv('2026-10', 10n)],
      },
    ],
    [
      'excess that fell by as much as was released',
      {
        frozen: [muv('2026-10', 60n)],
        atQuote: [muv('2026-10', 100n)],
        atConfirm: [muv('2026-10', 80n)],
        taken: [muv('2026-10', 20n)],
      },
    ],
  ])('%s', (_, facts) => {
    expect(onlyGrew(facts)).toBe(false);
  });
});

test('the same period of another quota is another figure', () => {
  const whatsapp = { code: 'wa_balance', period: '2026-10', quantity: 100n };
  expect(onlyGrew({ ...QUOTED, atConfirm: [whatsapp] })).toBe(false);
});

/** For each of a few periods: reported at the quote and now, taken by others at the quote and now. */
const period = fc.record({
  atQuote: fc.bigInt(0n, 20n),
  atConfirm: fc.bigInt(0n, 20n),
  takenBefore: fc.bigInt(0n, 20n),
  takenNow: fc.bigInt(0n, 20n),
});
type Period = typeof period extends fc.Arbitrary<infer P> ? P : never;
const periods = fc.array(period, { minLength: 1, maxLength: 3 });

const atLeastZero = (quantity: bigint) => (quantity > 0n ? quantity : 0n);
const rows = (all: readonly Period[], quantityOf: (one: Period) => bigint) =>
  all.map((one, index) => muv(`2026-0${index + 1}`, quantityOf(one))).filter(({ quantity }) => quantity > 0n);

/** The order as it was quoted: it carries all that nobody else had taken. */
const frozenOf = ({ atQuote, takenBefore }: Period) => atLeastZero(atQuote - takenBefore);
const owedNow = ({ atConfirm, takenNow }: Period) => atLeastZero(atConfirm - takenNow);
const factsOf = (all: readonly Period[]): ExcessFacts => ({
  frozen: rows(all, frozenOf),
  atQuote: rows(all, ({ atQuote }) => atQuote),
  atConfirm: rows(all, ({ atConfirm }) => atConfirm),
  taken: rows(all, ({ takenNow }) => takenNow),
});

test('growth alone never stops a confirm; a smaller figure does, unless the order carries nothing of it', () => {
  fc.assert(
    fc.property(periods, (all) => {
      const grown = all.map((one) => ({
        ...one,
        atConfirm: one.atQuote + one.atConfirm,
        takenNow: one.takenBefore,
      }));
      expect(onlyGrew(factsOf(grown))).toBe(true);
      const smaller = grown.map((one) => ({ ...one, atConfirm: one.atQuote - 1n }));
      expect(onlyGrew(factsOf(smaller))).toBe(smaller.every((one) => frozenOf(one) === 0n));
    }),
  );
});

test('a confirm never settles more than is owed, nor excess that another order has', () => {
  fc.assert(
    fc.property(periods, (all) => {
      fc.pre(onlyGrew(factsOf(all)));
      for (const one of all) expect(frozenOf(one)).toBeLessThanOrEqual(owedNow(one));
    }),
    { numRuns: 1000 },
  );
});

test('what is owed after a confirm is what grew, to the unit: the next order carries it', () => {
  fc.assert(
    fc.property(periods, (all) => {
      fc.pre(onlyGrew(factsOf(all)));
      for (const one of all) {
        const rest = owedNow(one) - frozenOf(one);
        const growth = atLeastZero(one.atConfirm - one.atQuote);
        expect(rest >= 0n && rest <= growth).toBe(true);
        // Where the order carries something, or nobody had taken more than was reported, all growth is left.
        if (one.takenNow <= one.atQuote) expect(rest).toBe(growth);
      }
    }),
    { numRuns: 1000 },
  );
});
