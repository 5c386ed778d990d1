import type { DocumentContent } from './content-types.ts';

export type Pdf = PDFKit.PDFDocument;

/** A4 in points. */
export const PAGE = { width: 595.28, height: 841.89, margin: 48 };
export const LEFT = PAGE.margin;
export const WIDTH = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - PAGE.margin - 24;
export const SMALL = 9;
export const NORMAL = 10;
export const INK = '#1b1f24';
export const SOFT = '#5a6470';
const LINE = '#c9d0d8';
/** The space between two columns. */
export const GAP = 12;

/** Returns the y of a row of this height, on a new page if this one is full. */
export function makeRoom(pdf: Pdf, height: number): number {
  if (pdf.y + height > BOTTOM && pdf.y > PAGE.margin) {
    pdf.addPage();
    pdf.y = PAGE.margin;
  }
  return pdf.y;
}

/** Writes a text that ends `fromRight` points before the right margin. */
export function writeAtRight(pdf: Pdf, text: string, y: number, fromRight: number): void {
  pdf.text(text, LEFT + WIDTH - fromRight - pdf.widthOfString(text), y, { lineBreak: false });
}

/** Draws a line across the page. */
export function drawRule(pdf: Pdf): void {
  const y = pdf.y + 1;
  pdf
    .moveTo(LEFT, y)
    .lineTo(LEFT + WIDTH, y)
    .lineWidth(0.7)
    .strokeColor(LINE)
    .stroke();
  pdf.y = y + 7;
}

/** Writes the document's name and the number of the page at the foot of each page. */
export function numberPages(pdf: Pdf, { name, page }: DocumentContent): void {
  const { count } = pdf.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    pdf.switchToPage(index);
    // The library would begin another page for a text in the margin.
    pdf.page.margins.bottom = 0;
    const y = PAGE.height - PAGE.margin;
    pdf.font('regular').fontSize(SMALL).fillColor(SOFT).text(name, LEFT, y, { lineBreak: false });
    writeAtRight(pdf, page(index + 1, count), y, 0);
  }
}
