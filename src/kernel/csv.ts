/** A text that a spreadsheet would run as a formula, also after blanks and in the wide forms that it reads alike. */
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/u;
const CONTROL = /\p{Cc}+/gu;

/** One row of RFC 4180. A bigint is a number, with its sign; a text is quoted and never runs as a formula. */
export function csvRow(cells: readonly (string | bigint | null)[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(value: string | bigint | null): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return String(value);
  const text = value.replace(CONTROL, ' ');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
