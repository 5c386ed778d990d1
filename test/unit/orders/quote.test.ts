import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samePrices, sameQuote } from '../../../src/orders/rules/compare-quotes.ts';
import { buildQuote, mostOrderable, type QuoteItem } from '../../../src/orders/rules/quote.ts';
import { type OptionSample, offeredOption } from './option-samples.ts';

const TERMS = { today: '2026-11-22', withholding: null };

function item(sample: OptionSample, quantity: bigint, excess: [period: string, quantity: bigint][] = []): QuoteItem {
  const option = offeredOption(sample);
  const code = option.configuration.code;
  const unitPrice = 750n;
  const owed = excess.map(([period, owed]) => ({ code, period, quantity: owed, unitPrice, amount: owed * unitPrice }));
  return { option, quantity, owed };
}

describe('a quote', () => {
  test('for 5 packs of 1,000 dialogs credits 5,000 and costs 5 packs', () => {
    const { lines, total } = buildQuote(
      [item({ code: 'chatbot_ai_extra', unitPrice: 450_000n, multiplier: 1000n }, 5n)],
      TERMS,
    );
    expect(lines).toMatchObject([
      {
        kind: 'TOPUP',
        quotaCode: 'chatbot_ai_extra',
        quantity: 5n,
        credits: 5000n,
        unitPrice: 450_000n,
        amount: 2_250_000n,
      },
    ]);
    expect(total).toBe(2_250_000n);
  });

  test('puts all excess first, then the purchase, in the order of the request', () => {
    const { lines } = buildQuote(
      [
        item({ code: 'agent_extra', unitPrice: 125_000n }, 2n),
        item({ code: 'muv', unitPrice: 600n }, 500n, [
          ['2026-10', 5n],
          ['2026-11', 120n],
        ]),
      ],
      TERMS,
    );
    expect(lines.map((line) => `${line.kind} ${line.quotaCode} ${line.excessPeriod} ${line.amount}`)).toEqual([
      'EXCESS muv 2026-10 3750',
      'EXCESS muv 2026-11 90000',
      'TOPUP agent_extra null 250000',
      'TOPUP muv null 300000',
    ]);
  });

  test('credits nothing for settled excess, in the month of its use', () => {
    const [excess] = buildQuote([item({ code: 'muv', unitPrice: 600n }, 500n, [['2026-10', 5n]])], TERMS).lines;
    expect(excess).toMatchObject({ credits: 0n, multiplier: 1n, periodStart: '2026-10-01', periodEnd: '2026-10-31' });
  });

  test('books excess under its own package, and under that of the quota without one', () => {
    const own = { code: 'muv', unitPrice: 600n, excessPackageId: 'pkg-muv-excess', excessPackageCode: 'MUV_EXCESS' };
    expect(buildQuote([item(own, 500n, [['2026-10', 5n]])], TERMS).lines[0]).toMatchObject({
      packageId: 'pkg-muv-excess',
      packageCode: 'MUV_EXCESS',
    });
    expect(
      buildQuote([item({ code: 'wa_balance', unitPrice: 1n }, 500n, [['2026-10', 5n]])], TERMS).lines[0],
    ).toMatchObject({
      packageId: 'pkg-wa_balance',
      packageCode: 'PKG_WA_BALANCE',
    });
  });

  test('fills the unit price of each line into its label: excess has a different one', () => {
    const sample = { code: 'muv', unitPrice: 600n, label: 'Visitors at {{mekari_billing}}' };
    const { lines } = buildQuote([item(sample, 500n, [['2026-10', 5n]])], TERMS);
    expect(lines.map((line) => line.label)).toEqual(['Visitors at Rp750', 'Visitors at Rp600']);
  });

  test('ends a contract line with the contract, a monthly one with the month, a lifetime one never', () => {
    const kinds = (['contract', 'monthly', 'lifetime'] as const).map((quotaType) =>
      item({ code: quotaType, unitPrice: 1n, quotaType, contractEnd: '2027-06-30' }, 1n),
    );
    expect(buildQuote(kinds, TERMS).lines.map((line) => line.periodEnd)).toEqual(['2027-06-30', '2026-11-30', null]);
  });

  test('has totals that are the sum of its lines, for any purchase and excess', () => {
    const money = fc.bigInt(1n, 10_000_000n);
    const anItem = fc
      .record({ unitPrice: money, quantity: fc.bigInt(1n, 100_000n), owed: fc.array(fc.bigInt(1n, 100_000n)) })
      .map(({ unitPrice, quantity, owed }) =>
        item(
          { code: 'any', unitPrice },
          quantity,
          owed.map((units, at) => [`2026-${at}`, units]),
        ),
      );
    fc.assert(
      fc.property(fc.array(anItem, { maxLength: 6 }), (items) => {
        const { lines, topupTotal, excessTotal, total } = buildQuote(items, TERMS);
        const of = (kind: string) =>
          lines
            .filter((line) => line.kind === kind)
            .reduce((all, { quantity, unitPrice }) => all + quantity * unitPrice, 0n);
        expect([topupTotal, excessTotal, total]).toEqual([of('TOPUP'), of('EXCESS'), of('TOPUP') + of('EXCESS')]);
      }),
    );
  });
});

describe('two quotes of one order', () => {
  const { lines } = buildQuote([item({ code: 'muv', unitPrice: 600n }, 500n, [['2026-10', 5n]])], TERMS);

  test('are equal whatever the order of their lines', () => {
    expect(sameQuote(lines, lines.toReversed())).toBe(true);
  });

  test.each([
    ['quantity', 501n],
    ['unitPrice', 601n],
    ['amount', 1n],
    ['credits', 1n],
    ['quotaCode', 'other'],
    ['quotaType', 'contract'],
    ['excessPeriod', '2026-09'],
    ['kind', 'TOPUP'],
  ])('differ when the %s of a line differs', (member, value) => {
    const [first, ...others] = lines;
    const changed = [{ ...first, [member]: value }, ...others] as typeof lines;
    expect(sameQuote(lines, changed)).toBe(false);
    expect(sameQuote(changed, lines)).toBe(false);
  });

  test('differ when one has an extra line', () => {
    expect(sameQuote(lines, lines.slice(1))).toBe(false);
    expect(sameQuote(lines.slice(1), lines)).toBe(false);
  });

  test('differ when one unit of eleven became eleven of one, at the same total', () => {
    const one = buildQuote([item({ code: 'a', unitPrice: 11n, multiplier: 11n }, 1n)], TERMS);
    const eleven = buildQuote([item({ code: 'a', unitPrice: 1n, multiplier: 1n }, 11n)], TERMS);
    expect([one.total, one.lines[0]?.credits]).toEqual([eleven.total, eleven.lines[0]?.credits]);
    expect(sameQuote(one.lines, eleven.lines)).toBe(false);
  });

  test('differ when two prices changed in opposite directions under one total', () => {
    const at = (a: bigint, b: bigint) =>
      buildQuote([item({ code: 'a', unitPrice: a }, 10n), item({ code: 'b', unitPrice: b }, 10n)], TERMS);
    expect(at(600n, 500n).total).toBe(at(500n, 600n).total);
    expect(sameQuote(at(600n, 500n).lines, at(500n, 600n).lines)).toBe(false);
  });
});

describe('the prices of a draft and of its new quote', () => {
  const muv = (...excess: [period: string, quantity: bigint][]) =>
    buildQuote([item({ code: 'muv', unitPrice: 600n }, 500n, excess)], TERMS).lines;
  const draft = muv(['2026-10', 5n]);
  const changed = (kind: string, changes: object) =>
    draft.map((line) => (line.kind === kind ? { ...line, ...changes } : line));

  test('are the same with another quantity of excess, or with another period of it', () => {
    expect(samePrices(draft, muv(['2026-10', 6n]))).toBe(true);
    expect(samePrices(draft, muv(['2026-10', 5n], ['2026-11', 1n]))).toBe(true);
    expect(samePrices(muv(), draft)).toBe(true);
  });

  test.each([
    ['TOPUP', { unitPrice: 601n }],
    ['TOPUP', { quantity: 501n }],
    ['TOPUP', { credits: 1n }],
    ['EXCESS', { unitPrice: 751n }],
    ['EXCESS', { quotaCode: 'other' }],
  ])('differ when a line %s has %o', (kind, changes) => {
    expect(samePrices(draft, changed(kind, changes))).toBe(false);
  });

  test('differ when the excess that the draft carries is gone', () => {
    expect(samePrices(draft, muv())).toBe(false);
  });
});

describe('the largest quantity of one option', () => {
  test.each([
    [1n, 1n, 9_007_199_254_740_991n],
    [600n, 1n, 15_011_998_757_901n],
    [450_000n, 1000n, 20_015_998_343n],
    [1n, 1000n, 9_007_199_254_740n],
  ])('at %s a unit of %s credits is %s', (unitPrice, multiplier, most) => {
    expect(mostOrderable(offeredOption({ code: 'x', unitPrice, multiplier }))).toBe(most);
  });
});
