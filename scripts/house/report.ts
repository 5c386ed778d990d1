import type { measureDatabase } from './database.ts';
import type { measureMemory } from './memory.ts';
import type { measureLong, measureSize } from './sizes.ts';
import type { measureUseCases } from './use-cases.ts';
import type { measureVoice } from './voice.ts';

export interface Measured {
  commit: string;
  size: ReturnType<typeof measureSize>;
  long: ReturnType<typeof measureLong>;
  useCases: ReturnType<typeof measureUseCases>;
  memory: ReturnType<typeof measureMemory>;
  database: ReturnType<typeof measureDatabase>;
  voice: ReturnType<typeof measureVoice>;
}

type Cell = string | number;

/** Formats a Markdown table with padded columns. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells.map(line);
  return [first, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others].join('\n');
}

const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
const code = (text: string) => `\`${text}\``;

function sizes({ parts, moved, added, gone }: Measured['size']): string {
  const unlike = [
    ...moved.map(({ path, origin, kind }) => `${code(path)} moved from ${code(origin ?? '')}: ${kind}`),
    ...added.map(({ path, kind }) => `${code(path)} is new: ${kind} by its folder`),
    ...gone.map(({ path, kind, lines }) => `${code(path)} no longer exists: ${lines} lines of ${kind}`),
  ];
  const rows = parts.map(({ name, files, lines, code: ofCode }) => [name, files, lines, ofCode]);
  const rest = unlike.length === 0 ? 'Every file stands where it stood in the baseline.' : list(unlike);
  return `## 1. Lines and files of src\n\n${table(['part', 'files', 'lines', 'lines of code'], rows)}\n\n${rest}`;
}

function long({ functions, files }: Measured['long']): string {
  const functionRows = functions.map(({ at, name, lines }) => [code(at), code(name), lines]);
  return [
    '## 2. Long functions and files',
    `Functions over 40 lines: **${functions.length}**`,
    table(['at', 'name', 'lines'], functionRows),
    `Files over 120 lines: **${files.length}**`,
    table(
      ['file', 'lines'],
      files.map(({ path, lines }) => [code(path), lines]),
    ),
  ].join('\n\n');
}

function openedFiles(cases: Measured['useCases']): string {
  const rows = cases.map(({ name, count, reachable }) => [name, count, reachable]);
  return [
    '## 3. Files to open for a use case',
    'Directly: the entry and the product files whose values or collaborators it imports. All: the same, followed to the end.',
    table(['use case', 'directly', 'all'], rows),
    ...cases.map(({ name, files }) => `${name}:\n\n${list(files.map(code))}`),
  ].join('\n\n');
}

function memory({ scanned, missing, count, places, request, longer, byIdentity }: Measured['memory']): string {
  const tableOf = (things: Measured['memory']['longer']) =>
    table(
      ['at', 'name', 'what', "another object's identity"],
      things.map(({ at, name, what, identity }) => [code(at), code(name), what, identity ?? '']),
    );
  return [
    '## 4. Memory on a read of topupOptions',
    `**${count}** fields and variables of **${places}** classes, functions and modules, in ${scanned} files that the read reaches.`,
    `The validity of **${byIdentity}** depends on another object's identity: they are keyed by an object, or compared with one.`,
    missing.length === 0 ? 'Every entry of the read path was found.' : `Entries not found: ${missing.join(', ')}.`,
    `Lives for a request: **${request.length}**`,
    tableOf(request),
    `Outlives a request: **${longer.length}**`,
    tableOf(longer),
  ].join('\n\n');
}

function database({ ways, tables }: Measured['database']): string {
  const listed = (paths: readonly string[]) => paths.map(code).join(', ');
  return [
    '## 5. Ways to the database',
    table(
      ['way', 'call sites', 'files'],
      ways.map(({ name, count, files }) => [name, count, files]),
    ),
    'Files that name a table, and files outside of its owner that name it or read it through its entity.',
    table(
      ['table', 'owner', 'files', 'outside', 'through its entity'],
      tables.map(({ name, owners, files, outside, entityOutside }) => {
        return [code(name), owners.join(', '), files.length, outside.length, entityOutside.length];
      }),
    ),
    ...tables.map(({ name, files, outside, entityOutside }) => {
      const foreign = outside.length === 0 ? 'none' : listed(outside);
      const entity = entityOutside.length === 0 ? '' : `\n- outside, through its entity: ${listed(entityOutside)}`;
      return `${code(name)}\n\n- named by: ${listed(files) || 'none'}\n- outside of its owner: ${foreign}${entity}`;
    }),
  ].join('\n\n');
}

function voice(found: Measured['voice']): string {
  const rows = [
    ['comments', found.comments],
    ['begin with a headless clause', found.headless],
    ['hold a private word', found.privateWords],
    ['either', found.either],
    ['begin with Where, counted apart', found.where],
  ];
  const words = [...found.byFirstWord, ...found.byPrivateWord].map(({ word, count }) => [word, count]);
  return `## 6. Comments\n\n${table(['comments', 'count'], rows)}\n\n${table(['word', 'comments'], words)}`;
}

export function report(measured: Measured): string {
  return [
    '# How heavy the code reads',
    `Commit ${measured.commit}, measured by \`node scripts/measure-house.ts\`.`,
    sizes(measured.size),
    long(measured.long),
    openedFiles(measured.useCases),
    memory(measured.memory),
    database(measured.database),
    voice(measured.voice),
  ].join('\n\n');
}
