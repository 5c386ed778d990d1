import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DocumentFacts } from '../src/documents/document-facts.ts';
import { documentContent } from '../src/documents/templates/document-content.ts';
import { renderPdf } from '../src/documents/templates/render-pdf.ts';
import { median } from './neighbours/load.ts';
import { table } from './neighbours/table.ts';

/** From dist/bench, where it runs. */
const RESULT = join(import.meta.dirname, '..', '..', 'bench', 'results', 'documents.md');
/** An order has a line for each quota that is bought, and one for each period in which it is owed: seven rows are in the shipped catalogue. */
const LINES = [1, 5, 40, 200];
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
    'the other. A layout is done once per document; a stored one costs a read by primary key. The times are of the processor, so that what else',
    'the machine does is not in them. A turn is what other requests wait for: the event loop is held by one at a time.',
    '',
    table(
      ['lines of the order', 'KB', 'first, ms', 'median', 'slowest', 'longest turn of the first', 'median', 'slowest'],
      rows,
    ),
    '',
  ].join('\n');
  writeFileSync(RESULT, text);
  console.log(text);
}

async function measure(lines: number): Promise<string[]> {
  const facts = receiptOf(lines);
  const id = { orderId: facts.order.id, kind: 'RECEIPT' as const, quote: 0 };
  const times: number[] = [];
  const turns: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const turn = longestTurn();
    const before = process.cpuUsage();
    bytes = (await renderPdf(documentContent(id, facts), AT)).length;
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
    turns.push(await turn());
  }
  const figures = [times, turns].flatMap((each) => [each[0] ?? 0, median(each), Math.max(...each)]);
  return [String(lines), (bytes / 1024).toFixed(1), ...figures.map((ms) => ms.toFixed(0))];
}

/** Measures from now on. The function that it returns answers the longest turn of the event loop, in milliseconds of this thread's processor. */
function longestTurn(): () => Promise<number> {
  let isOver = false;
  let longest = 0;
  let before = process.threadCpuUsage();
  const tick = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  return async () => {
    await nextTurn();
    isOver = true;
    return longest;
  };
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
