import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRow } from '../../../src/kernel/csv.ts';

test('numbers keep their sign and texts are quoted', () => {
  expect(csvRow(['2026-11', -500n, null, 0n])).toBe('"2026-11",-500,,0\r\n');
});

test.each([
  ['=HYPERLINK("https://example.test")', `"'=HYPERLINK(""https://example.test"")"\r\n`],
  ['+62 811', `"'+62 811"\r\n`],
  ['-1+1', `"'-1+1"\r\n`],
  ['@SUM(A1)', `"'@SUM(A1)"\r\n`],
  [' =1+1', `"' =1+1"\r\n`],
  ['\t=1+1', `"' =1+1"\r\n`],
  ['|calc', `"'|calc"\r\n`],
  ['＝1+1', `"'＝1+1"\r\n`],
  ['one\r\ntwo', '"one two"\r\n'],
  ['Dibayar dua kali, "lunas"', '"Dibayar dua kali, ""lunas"""\r\n'],
  ['50% = half', '"50% = half"\r\n'],
])('the text %j is %j', (text, row) => {
  expect(csvRow([text])).toBe(row);
});

test('no text begins a formula, ends its cell or its row', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const row = csvRow([text]);
      expect(row).toMatch(/^"(?!\s*[=+\-@|%＝＋－＠])[^\p{Cc}"]*(""[^\p{Cc}"]*)*"\r\n$/u);
    }),
  );
});
