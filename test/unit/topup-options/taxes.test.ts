import { describe, expect, test } from 'vitest';
import { parseTaxes } from '../../../src/topup-options/rules/taxes.ts';

const VAT = { code: 'PPN', rate: '0.11', kind: 'VAT', included: false };

describe('the taxes of a catalogue row', () => {
  test.each([
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty list', [], []],
    ['VAT on top', [VAT], [VAT]],
    ['VAT within the price', [{ ...VAT, included: true }], [{ ...VAT, included: true }]],
    ['VAT without a word on where it is: on top', [{ code: 'PPN', rate: '0.11', kind: 'VAT' }], [VAT]],
    [
      'VAT and withholding, with a rate of needless zeros',
      [VAT, { code: 'PPH_23', rate: '0.0200', kind: 'WITHHOLDING' }],
      [VAT, { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING', included: false }],
    ],
  ])('may be %s, and are read the same once they are stored', (_, value, expected) => {
    expect(parseTaxes(value)).toEqual({ ok: true, value: expected });
    expect(parseTaxes(JSON.parse(JSON.stringify(expected)))).toEqual({ ok: true, value: expected });
  });

  test.each([
    ['a text', 'PPN', 'taxes: '],
    ['a rate as a number', [{ ...VAT, rate: 0.11 }], 'taxes.0.rate: is not a decimal text, such as "0.11" for 11 %'],
    ['per cent', [{ ...VAT, rate: '11%' }], 'taxes.0.rate: is not a decimal text below 1'],
    ['a rate of eleven', [{ ...VAT, rate: '11' }], 'taxes.0.rate: is not a decimal text below 1'],
    ['a rate with a comma', [{ ...VAT, rate: '0,11' }], 'taxes.0.rate: is not a decimal text below 1'],
    ['a rate of zero', [{ ...VAT, rate: '0.00' }], 'taxes.0.rate: is not above 0 and below 0.5'],
    ['a rate of a half', [{ ...VAT, rate: '0.5' }], 'taxes.0.rate: is not above 0 and below 0.5'],
    ['an unknown kind', [{ ...VAT, kind: 'GST' }], 'taxes.0.kind: '],
    [
      'included withholding',
      [{ code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING', included: true }],
      'taxes.0.included: is not false',
    ],
    ['an empty code', [{ ...VAT, code: '' }], 'taxes.0.code: is not a text of 1 to 30 visible characters'],
    ['two of one kind', [VAT, { ...VAT, code: 'PPN_BM' }], 'taxes: holds two taxes of kind VAT'],
  ])('are refused: %s', (_, value, message) => {
    const parsed = parseTaxes(value);
    expect(parsed.ok ? parsed.value : parsed.error).toEqual(expect.stringContaining(message));
  });
});
