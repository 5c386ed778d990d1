import { describe, expect, test } from 'vitest';
import { toCsv } from '../../../example/history/csv.ts';
import { type OrderFilter, termsOf } from '../../../example/history/order-filter.ts';

describe('CSV', () => {
  test('follows RFC 4180: quotes are doubled, lines end in CR LF, UTF-8 has its mark', () => {
    expect(
      toCsv([
        ['Nomor', 'Dipesan oleh'],
        ['TU-1', 'Siti "Ibu" Rahayu, PT'],
        ['TU-2', 'dua\nbaris'],
      ]),
    ).toBe('\ufeffNomor,Dipesan oleh\r\nTU-1,"Siti ""Ibu"" Rahayu, PT"\r\nTU-2,"dua\nbaris"\r\n');
  });

  test.each(['=1+1', '+62 812', '-1', '@SUM(A1)', '\tx', '\rx'])('no cell is a formula: %j', (name) => {
    expect(toCsv([[name]]).replace(/^\ufeff"?/, '')).toMatch(/^'/);
  });
});

describe('the filter in the terms of the graph', () => {
  const terms = (change: Partial<OrderFilter>) =>
    termsOf('1001', { status: ['PAID'], from: '', to: '', number: '', ...change });

  test("a day is Jakarta's, with its last moment", () => {
    expect(terms({ from: '2026-11-23', to: '2026-11-23' })).toMatchObject({
      createdAfter: '2026-11-22T17:00:00.000Z',
      createdBefore: '2026-11-23T17:00:00.000Z',
    });
  });

  test('an empty field is no bound', () => {
    expect(terms({ number: ' ' })).toEqual({
      organizationId: '1001',
      status: ['PAID'],
      createdAfter: null,
      createdBefore: null,
      number: null,
    });
  });
});
