import { expect, test } from 'vitest';
import type { DocumentFacts } from '../../../src/documents/document-facts.ts';
import { documentContent } from '../../../src/documents/templates/document-content.ts';
import { renderPdf } from '../../../src/documents/templates/render-pdf.ts';
import { textOf } from '../../support/tools/pdf-text.ts';
import { paidFacts } from './samples.ts';

const MADE_AT = new Date('2026-11-22T08:30:00Z');
const render = (facts: DocumentFacts, kind: 'QUOTATION' | 'RECEIPT' | 'BOOKED_INVOICE' = 'RECEIPT') =>
  renderPdf(documentContent({ orderId: facts.order.id, kind, quote: kind === 'QUOTATION' ? 1 : 0 }, facts), MADE_AT);

function longFacts(rows: number): DocumentFacts {
  const [line] = paidFacts().lines;
  if (line === undefined) throw new Error('the sample has a line');
  const label = (index: number) => ({ label: `Baris ${index + 1}.`, labelTranslations: null });
  return { ...paidFacts(), lines: Array.from({ length: rows }, (_, index) => ({ ...line, ...label(index) })) };
}

test('the same facts give the same bytes', async () => {
  const [one, , two] = await Promise.all([render(paidFacts()), render(longFacts(60)), render(paidFacts())]);
  expect(one.equals(two)).toBe(true);
});

test('a long document gives other work its turn between its rows', async () => {
  const turnsOf = async (rows: number) => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await render(longFacts(rows));
    isOver = true;
    return turns;
  };
  await turnsOf(1);
  expect((await turnsOf(400)) - (await turnsOf(1))).toBeGreaterThanOrEqual(19);
});

test('every font is embedded, and no standard font is named', async () => {
  const source = (await render(paidFacts())).toString('latin1');
  expect(source.startsWith('%PDF-1.')).toBe(true);
  expect(source.match(/\/BaseFont \/[A-Z]{6}\+IBMPlexSans/g)?.length).toBeGreaterThan(1);
  expect(source.match(/\/FontFile2/g)?.length).toBe(2);
  expect(source).not.toMatch(/\/Subtype \/Type1\b/);
});

test('a document is in one language', async () => {
  const id = await textOf(await render(paidFacts({ locale: 'id' })));
  const en = await textOf(await render(paidFacts({ locale: 'en-US' })));
  expect(id).toContain('Bukti Pembayaran Nomor pesanan TU-261122-7K3M-9QX4');
  expect(id).toContain('Tanggal pembayaran 22 November 2026 pukul 15.04 WIB');
  expect(id).toContain('Saldo WhatsApp – Rp1.000.000');
  expect(en).toContain('Payment Receipt Order number TU-261122-7K3M-9QX4');
  expect(en).toContain('Payment date 22 November 2026, 15:04 WIB');
  expect(en).toContain('WhatsApp balance – Rp1.000.000');
});

test('many lines go over several pages, each line whole and once', async () => {
  const facts = longFacts(90);
  const { lines } = facts;
  const text = await textOf(await render(facts));
  expect(lines.filter(({ label }) => text.split(label).length !== 2)).toEqual([]);
  expect(text).toMatch(/Halaman 1 dari [4-9] /);
});

test.each([
  'PT \ud800 Aneh',
  'PT Maju\u202e\u0000\n Jaya',
  '你好 שלום مرحبا 👍',
  '<b>&amp;</b> (\\) %PDF',
  'W'.repeat(300),
])('an odd name does not spoil a document: %j', async (organizationName) => {
  const facts = paidFacts();
  const pdf = await render({ ...facts, order: { ...facts.order, organizationName } });
  expect(await textOf(pdf)).toContain('Rp1.000.000');
});
