import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Font } from 'fontkit';
import type { DocumentContent, ItemRow, SumRow } from './content-types.ts';
import { loadFonts } from './fonts.ts';
import {
  drawRule,
  GAP,
  INK,
  LEFT,
  makeRoom,
  NORMAL,
  numberPages,
  PAGE,
  type Pdf,
  SMALL,
  SOFT,
  WIDTH,
  writeAtRight,
} from './pdf-page.ts';

/** The width of a column of amounts: it holds the largest one. */
const MONEY = 128;
/** The width of the first column of the table. */
const ITEM = WIDTH - 2 * (MONEY + GAP);
/** The width of the labels above the table. */
const LABEL = 150;
/** Rows of the table between two turns of other requests: some ten milliseconds. */
const ROWS_A_TURN = 20;

/**
 * Lays a document out as PDF. The same content and `madeAt` give the same bytes with one version of the library; another version may
 * differ, which is why the bytes are stored.
 */
export async function renderPdf(content: DocumentContent, madeAt: Date): Promise<Buffer> {
  // Loaded with the first document: most requests of a server make none.
  const fonts = await loadFonts();
  const { default: PDFDocument } = await import('pdfkit');
  const pdf = new PDFDocument({
    size: 'A4',
    margin: PAGE.margin,
    // No standard font is read, because every font is embedded.
    font: asFont(fonts.regular),
    lang: content.locale,
    displayTitle: true,
    bufferPages: true,
    info: { Title: content.name, Author: 'Qontak', Creator: 'Qontak', Producer: 'Qontak', CreationDate: madeAt },
  });
  pdf.registerFont('regular', asFont(fonts.regular)).registerFont('bold', asFont(fonts.bold));
  const bytes = collect(pdf);
  writeHeading(pdf, content);
  writeFacts(pdf, content);
  await writeItems(pdf, content);
  writeSums(pdf, content.table.sums);
  if (content.payments !== null) writePayments(pdf, content.payments);
  writeNotes(pdf, content.notes);
  numberPages(pdf, content);
  await nextTurn();
  pdf.end();
  return bytes;
}

/** The library takes parsed fonts since 0.20; its types do not know it yet. */
const asFont = (font: Font) => font as unknown as string;

function collect(pdf: Pdf): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve, reject) => {
    pdf.on('data', (part: Buffer) => parts.push(part));
    pdf.on('end', () => resolve(Buffer.concat(parts)));
    pdf.on('error', reject);
  });
}

function writeHeading(pdf: Pdf, { title }: DocumentContent): void {
  pdf.font('bold').fontSize(11).fillColor(SOFT).text('Qontak', LEFT, PAGE.margin);
  pdf
    .fontSize(20)
    .fillColor(INK)
    .text(title, LEFT, pdf.y + 4);
  pdf.y += 12;
}

function writeFacts(pdf: Pdf, content: DocumentContent): void {
  for (const { label, value } of content.facts) {
    pdf.font('regular').fontSize(NORMAL);
    const width = WIDTH - LABEL - GAP;
    const height = Math.max(pdf.heightOfString(label, { width: LABEL }), pdf.heightOfString(value, { width }));
    const y = makeRoom(pdf, height);
    pdf.fillColor(SOFT).text(label, LEFT, y, { width: LABEL });
    pdf.fillColor(INK).text(value, LEFT + LABEL + GAP, y, { width });
    pdf.y = y + height + 3;
  }
  pdf.y += 14;
}

async function writeItems(pdf: Pdf, { table: { headings, rows } }: DocumentContent): Promise<void> {
  const [item, unitPrice, amount] = headings;
  writeItemRow(pdf, { label: item, detail: '', unitPrice, amount }, 'bold');
  drawRule(pdf);
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_A_TURN === 0) await nextTurn();
    writeItemRow(pdf, row, 'regular');
  }
  drawRule(pdf);
}

function writeItemRow(pdf: Pdf, { label, detail, unitPrice, amount }: ItemRow, font: 'regular' | 'bold'): void {
  pdf.font(font).fontSize(NORMAL);
  const labelHeight = pdf.heightOfString(label, { width: ITEM });
  const detailHeight = detail === '' ? 0 : pdf.fontSize(SMALL).heightOfString(detail, { width: WIDTH });
  const y = makeRoom(pdf, labelHeight + detailHeight);
  pdf.fontSize(NORMAL).fillColor(INK).text(label, LEFT, y, { width: ITEM });
  writeAtRight(pdf, unitPrice, y, MONEY + GAP);
  writeAtRight(pdf, amount, y, 0);
  if (detail !== '')
    pdf
      .fontSize(SMALL)
      .fillColor(SOFT)
      .text(detail, LEFT, y + labelHeight, { width: WIDTH });
  pdf.y = y + labelHeight + detailHeight + 6;
}

function writeSums(pdf: Pdf, rows: readonly SumRow[]): void {
  for (const { label, amount, isTotal } of rows) {
    pdf.font(isTotal ? 'bold' : 'regular').fontSize(NORMAL);
    const width = WIDTH - MONEY - GAP;
    const height = pdf.heightOfString(label, { width });
    const y = makeRoom(pdf, height);
    pdf.fillColor(isTotal ? INK : SOFT).text(label, LEFT, y, { width });
    pdf.fillColor(INK);
    writeAtRight(pdf, amount, y, 0);
    pdf.y = y + height + 4;
  }
}

function writePayments(pdf: Pdf, { title, rows }: { title: string; rows: readonly SumRow[] }): void {
  pdf.y += 14;
  const y = makeRoom(pdf, 40);
  pdf.font('bold').fontSize(NORMAL).fillColor(INK).text(title, LEFT, y);
  pdf.y += 3;
  drawRule(pdf);
  writeSums(pdf, rows);
}

function writeNotes(pdf: Pdf, texts: readonly string[]): void {
  pdf.y += 16;
  for (const text of texts) {
    pdf.font('regular').fontSize(SMALL);
    const height = pdf.heightOfString(text, { width: WIDTH });
    const y = makeRoom(pdf, height);
    pdf.fillColor(SOFT).text(text, LEFT, y, { width: WIDTH });
    pdf.y = y + height + 2;
  }
}
