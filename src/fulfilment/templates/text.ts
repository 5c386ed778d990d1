import type { MailContent } from './mail-content.ts';

/** RFC 5322 recommends at most 78 characters. Only a word or an address that is longer itself exceeds this. */
const WIDTH = 76;

/** Renders the complete mail as text: it says what the HTML says, in the same order. */
export function toText(mail: MailContent): string {
  return `${[
    underlined(mail.heading, '='),
    ...mail.paragraphs.map((paragraph) => wrap(paragraph)),
    table(mail),
    mail.facts.map(({ label, value }) => wrap(`${label}: ${value}`, '  ')).join('\n'),
    ...(mail.button === null ? [] : [`${mail.button.label}:\n${mail.button.url}`]),
    ...(mail.orderLink === null ? [] : [`${mail.orderLink.label}:\n${mail.orderLink.url}`]),
    ...mail.notes.map((note) => wrap(note)),
    `--\n${wrap(mail.footer)}`,
  ].join('\n\n')}\n`;
}

function underlined(title: string, mark: string): string {
  return `${title}\n${mark.repeat(Math.min(title.length, WIDTH))}`;
}

function table({ table: { title, rows, total } }: MailContent): string {
  return [
    underlined(title, '-'),
    ...rows.map((row) => `${leftAndRight(row.label, row.amount)}\n${wrap(`  ${row.detail}`, '  ')}`),
    '-'.repeat(WIDTH),
    leftAndRight(total.label, total.amount),
  ].join('\n');
}

/** Puts both on one line if they fit, else the right one below. */
function leftAndRight(left: string, right: string): string {
  const gap = WIDTH - left.length - right.length;
  return gap >= 2 ? `${left}${' '.repeat(gap)}${right}` : `${wrap(left)}\n${right.padStart(WIDTH)}`;
}

/** Breaks between words, and indents every line but the first. */
function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = text.startsWith(' ') ? indent : '';
  let empty = true;
  for (const word of text.trim().split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
