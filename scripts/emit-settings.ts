/**
 * Emits docs/settings.md from the schema in src/config.ts: every setting with its default, form and purpose. With --check it
 * writes nothing, and fails if the committed file differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { settings } from '../src/config.ts';

const FILE = 'docs/settings.md';
const path = join(process.cwd(), FILE);

type Setting = z.ZodType;

/** Parses an absent value to find the default, and wrong values to find the form in the error message. */
function row([name, setting]: [string, Setting]): { required: boolean; cells: string[] } {
  const absent = setting.safeParse(undefined);
  const fallback = absent.success && absent.data !== undefined ? `\`${String(absent.data)}\`` : 'none';
  const form = formOf(setting);
  const purpose = setting.description ?? '';
  if (purpose === '') throw new Error(`${name} has no description in src/config.ts`);
  const cells = absent.success ? [`\`${name}\``, fallback, form, purpose] : [`\`${name}\``, form, purpose];
  return { required: !absent.success, cells };
}

function formOf(setting: Setting): string {
  const messages = [undefined, '?', ''].map((wrong) => setting.safeParse(wrong).error?.issues[0]?.message);
  const hint = messages.find((message) => message !== undefined);
  return /.*(?:expected|is not|give) (.+)$/.exec(hint ?? '')?.[1] ?? 'any text';
}

/** Pads the cells, as the formatter does. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((cells) => (cells[column] ?? title).length)),
  );
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const rows = Object.entries(settings.shape as Record<string, Setting>).map(row);
const cellsOf = (required: boolean) => rows.filter((each) => each.required === required).map(({ cells }) => cells);

const content = `# Settings

Generated from \`src/config.ts\` by \`npm run settings\`; do not edit. All settings are environment variables. One that is
empty counts as not set. The server refuses to start on a wrong environment and lists every fault. The commands
\`migrate\`, \`catalogue\`, \`flags\`, \`jobs\`, \`orders\`, \`trail\` and \`audit\` need \`DATABASE_URL\` alone;
\`orders\` names the settings of a neighbour that it asks.

## Required

${table(['Name', 'Value', 'For'], cellsOf(true))}

## With a default

${table(['Name', 'Default', 'Value', 'For'], cellsOf(false))}
`;

if (!process.argv.includes('--check')) writeFileSync(path, content);
else if (!existsSync(path) || readFileSync(path, 'utf8') !== content) {
  process.stderr.write(`${FILE} has drifted from src/config.ts. Run \`npm run settings\` and commit.\n`);
  process.exitCode = 1;
}
