import { describe, expect, test } from 'vitest';
import { correctLines, withCorrections } from '../../../src/fulfilment/rules/package-codes.ts';

const LINES = [
  { id: 'a', packageCode: 'MUV_EXCESS' },
  { id: 'b', packageCode: 'MUV' },
  { id: 'c', packageCode: 'MUV' },
  { id: 'd', packageCode: null },
];

test('the newest correction of a line counts, and the other lines keep the code of the order', () => {
  const corrections = [
    { orderLineId: 'b', packageCode: 'MUV_2026' },
    { orderLineId: 'b', packageCode: 'MUV_2027' },
  ];
  expect(withCorrections(LINES, corrections).map(({ packageCode }) => packageCode)).toEqual([
    'MUV_EXCESS',
    'MUV_2027',
    'MUV',
    null,
  ]);
});

describe('a request for other codes', () => {
  test('renames every line that has the code, and no line whose code only begins with it', () => {
    expect(correctLines(LINES, [{ from: 'MUV', to: 'MUV_2027' }])).toEqual({
      corrected: [
        { line: 2, id: 'b', from: 'MUV', to: 'MUV_2027' },
        { line: 3, id: 'c', from: 'MUV', to: 'MUV_2027' },
      ],
    });
  });

  test('sets the code of one line, also of one that has none', () => {
    expect(correctLines(LINES, [{ line: 4, to: 'CALL' }])).toEqual({
      corrected: [{ line: 4, id: 'd', from: null, to: 'CALL' }],
    });
  });

  test.each([
    [[{ from: 'muv', to: 'X' }], ['no line is booked as muv: the order has MUV_EXCESS, MUV, no code']],
    [[{ line: 5, to: 'X' }], ['there is no line 5: the order has 4']],
    [[{ line: 2, to: 'MUV' }], ['line 2 is booked as MUV already']],
    [
      [
        { from: 'MUV', to: 'X' },
        { line: 3, to: 'Y' },
      ],
      ['line 3 is named twice'],
    ],
  ])('%j is refused', (changes, faults) => {
    expect(correctLines(LINES, changes)).toEqual({ faults });
  });
});
