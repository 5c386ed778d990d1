/**
 * Emits docs/settings.md and .env.example from the schema in src/config.ts: every setting with its default, form and purpose. With
 * --check it writes nothing, and fails if a committed file differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { settings } from '../src/config.ts';

type Setting = z.ZodType;

interface Row {
  name: string;
  isRequired: boolean;
  /** undefined for a setting that is off by default. */
  fallback: string | undefined;
  form: string;
  purpose: string;
}

/** Parses an absent value to find the default, and wrong values to find the form in the error message. */
function row([name, setting]: [string, Setting]): Row {
  const absent = setting.safeParse(undefined);
  const fallback = absent.data === undefined ? undefined : String(absent.data);
  const purpose = setting.description ?? '';
  if (purpose === '') throw new Error(`${name} has no description in src/config.ts`);
  return { name, isRequired: !absent.success, fallback, form: formOf(setting), purpose };
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
const required = rows.filter(({ isRequired }) => isRequired);
const optional = rows.filter(({ isRequired }) => !isRequired);

const page = `# Settings

Generated from \`src/config.ts\` by \`npm run settings\`; do not edit. All settings are environment variables; [.env.example](../.env.example)
has them as a file to fill in. One that is empty counts as not set. The server refuses to start on a wrong environment and lists every
fault; \`npm run check:config\` does so too, and tries what the settings name. The commands \`migrate\`, \`catalogue\`, \`events\`, \`flags\`,
\`jobs\`, \`mails\`, \`orders\`, \`trail\` and \`audit\` need \`DATABASE_URL\` alone; \`orders\` names the settings of a neighbour that it asks.

## Required

${table(
  ['Name', 'Value', 'For'],
  required.map(({ name, form, purpose }) => [`\`${name}\``, form, purpose]),
)}

## With a default

${table(
  ['Name', 'Default', 'Value', 'For'],
  optional.map(({ name, fallback, form, purpose }) => [
    `\`${name}\``,
    fallback === undefined ? 'none' : `\`${fallback}\``,
    form,
    purpose,
  ]),
)}
`;

const comment = ({ purpose, form }: Row) => `# ${purpose.replaceAll('`', '')}.\n# Value: ${form}`;

/** Empty, with the quotation marks that a value with spaces needs. */
const blank = ({ form }: Row) => (form.includes('"') ? '""' : '');

/** A required setting stays empty, which counts as not set: a copy that nobody filled in starts nothing. */
const example = `# Generated from src/config.ts by \`npm run settings\`; do not edit. Copy it to .env and fill in the first part. The server
# reads its environment alone, so hand the file over: \`set -a; . ./.env; set +a\` in a shell, EnvironmentFile= of systemd,
# env_file of compose. Put a value with spaces between quotation marks. \`npm run check:config\` says what is wrong.

# ---- Required

${required.map((setting) => `${comment(setting)}\n${setting.name}=${blank(setting)}`).join('\n\n')}

# ---- With a default

${optional.map((setting) => `${comment(setting)}\n# ${setting.name}=${setting.fallback ?? ''}`).join('\n\n')}
`;

for (const [file, content] of Object.entries({ 'docs/settings.md': page, '.env.example': example })) {
  const path = join(process.cwd(), file);
  if (!process.argv.includes('--check')) writeFileSync(path, content);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== content) {
    process.stderr.write(`${file} has drifted from src/config.ts. Run \`npm run settings\` and commit.\n`);
    process.exitCode = 1;
  }
}
