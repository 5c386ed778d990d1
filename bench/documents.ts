import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { DocumentFacts } from '../src/documents/document-facts.ts';
import { documentContent } from '../src/documents/templates/document-content.ts';
import { renderPdf } from '../src/documents/templates/render-pdf.ts';
import { median } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'documents.md');
const LINES = [1, 5, 40];
const RUNS = 50;
const AT = new Date('2026-11-22T08:04:00Z');

/** The size of an order's receipt as PDF, and the time that its layout takes. */
export async function benchDocuments(): Promise<void> {
  const load = loadavg()[0] ?? 0;
  const rows: string[][] = [];
  for (const lines of LINES) rows.push(await measure(lines));
  const text = [
    '# Documents: size and layout',
    '',
    `\`npm run bench -- documents\`, Node ${process.versions.node}, load ${load.toFixed(1)} before it. ${RUNS} receipts for each number of lines, one after`,
    'the other. A layout is done once per document; a stored one costs a read by primary key.',
    '',
    table(['lines of the order', 'KB', 'first, ms', 'median, ms of processor', 'slowest'], rows),
    '',
  ].join('\n');
  writeFileSync(RESULT, text);
  console.log(text);
}

async function measure(lines: number): Promise<string[]> {
  const facts = receiptOf(lines);
  const id = { orderId: facts.order.id, kind: 'RECEIPT' as const, quote: 0 };
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    bytes = (await renderPdf(documentContent(id, facts), AT)).length;
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  const figures = [times[0] ?? 0, median(times), Math.max(...times)];
  return [String(lines), (bytes / 1024).toFixed(1), ...figures.map((ms) => ms.toFixed(0))];
}

/** A paid order with VAT on top of each line. Only what a receipt reads is there. */
function receiptOf(lines: number): DocumentFacts {
  const line = (position: number) => ({
    kind: 'TOPUP',
    label: `Quota ${position + 1}`,
    labelTranslations: { id: `Kuota ${position + 1}`, en: `Quota ${position + 1}` },
    quantity: 1250n,
    credits: 1250n,
    unitPrice: 800n,
    amount: 1_000_000n,
    taxes: [{ code: 'PPN', rate: '0.11', kind: 'VAT', included: false, amount: '110000' }],
    includedTax: 0n,
    periodStart: '2026-11-22',
    periodEnd: '2027-12-31',
  });
  const topupTotal = 1_000_000n * BigInt(lines);
  const total = 1_110_000n * BigInt(lines);
  const order = {
    id: '00000000-0000-7000-8000-000000000001',
    number: 'TU-261122-7K3M-9QX4',
    organizationName: 'PT Maju Jaya Sentosa',
    organizationDetails: { locale: 'id', taxNumber: '01.234.567.8-012.000', address: 'Jl. Merdeka 1, Jakarta 10110' },
    purchaseOrderNumber: 'PO-2026/11/0042',
    topupTotal,
    excessTotal: 0n,
    total,
    withheldTotal: 0n,
    paidAt: AT,
  };
  const payments = [{ amount: total, method: 'va_bni', receivedAt: AT }];
  return {
    order,
    payments,
    quotedAt: AT,
    lines: Array.from({ length: lines }, (_, n) => line(n)),
  } as unknown as DocumentFacts;
}
