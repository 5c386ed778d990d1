import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DataSource } from 'typeorm';
import { systemClock } from '../kernel/clock.ts';
import { parseJson, repeatedMember } from '../kernel/json.ts';
import { listFlags } from '../platform/flags/store/flag-table.ts';
import {
  applyCatalogue,
  type CatalogueFault,
  checkCatalogue,
  readConfigurations,
  showCatalogue,
} from '../topup-options/index.ts';
import { printReport, runRecorded, warn, withDatabase } from './command.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram } from './program.ts';

const program = newProgram(
  'catalogue',
  'The quotas that can be topped up: rows of a JSON file, in the columns that `show` prints.',
);
program
  .command('apply')
  .description('store the rows of a file, all or nothing; other rows stay as they are')
  .argument('<file>', 'a JSON file: an array of rows')
  .option(...JSON_OPTION)
  .action((file: string, options: JsonOption) =>
    withRows(file, (rows, database) => apply(file, rows, database, options)),
  );
program
  .command('check')
  .description('say every fault of a file, and store nothing')
  .argument('<file>', 'a JSON file: an array of rows')
  .option(...JSON_OPTION)
  .action((file: string, options: JsonOption) =>
    withRows(file, async (rows, database) => {
      await warnOfUnknownNames(rows, database);
      printReport(options, { file, rows: rows.length }, [`${file}: ${rows.length} rows, no fault`]);
    }),
  );
program
  .command('show')
  .description('print the stored rows as JSON, in the form that apply takes')
  .option(...JSON_OPTION)
  .action(() => withDatabase(async (database) => printReport({ json: true }, await showCatalogue(database), [])));

type Rows = ReturnType<typeof checkCatalogue>['rows'];

/** Reads and checks the file before it connects. */
async function withRows(file: string, use: (rows: Rows, database: DataSource) => Promise<void>): Promise<void> {
  const content = await readJson(file);
  if (!Array.isArray(content)) throw new Error(`${file} was not applied: it is not an array of rows.`);
  const { rows, faults } = checkCatalogue(content);
  if (faults.length > 0) throw new Error(`${file} was not applied:\n${faults.map(describe).join('\n')}`);
  await withDatabase((database) => use(rows, database));
}

async function apply(file: string, rows: Rows, database: DataSource, options: JsonOption): Promise<void> {
  await warnOfUnknownNames(rows, database);
  const unlisted = await runRecorded(database, { action: 'catalogue apply', subject: basename(file) }, () =>
    applyCatalogue(database, rows, systemClock.now()),
  );
  printReport(options, { file, rows: rows.length, unlisted }, [
    `${file}: ${rows.length} rows applied`,
    ...(unlisted.length > 0 ? [`Not in the file, left as they are: ${unlisted.join(', ')}`] : []),
  ]);
}

/** A code with a typing mistake would open a second counter beside the right one, and a row with such a flag would stay hidden. */
async function warnOfUnknownNames(rows: Rows, database: DataSource): Promise<void> {
  const [stored, flags] = await Promise.all([readConfigurations(database), listFlags(database)]);
  const codes = new Set(stored.map(({ code }) => code));
  const fresh = rows.map(({ code }) => code).filter((code) => stored.length > 0 && !codes.has(code));
  if (fresh.length > 0)
    warn(
      `no row had the quota code ${fresh.join(', ')} before: top-ups will credit a counter of this name. The catalogue has ${[...codes].join(', ')}.`,
    );
  const keys = new Set(flags.map(({ key }) => key));
  for (const { code, feature_flag: flag } of rows)
    if (flag != null && !keys.has(flag))
      warn(`the flag ${flag} of ${code} was never set: the row stays hidden until it is on.`);
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'you may not read it',
};

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`${file || '""'} cannot be read: ${UNREADABLE[code ?? ''] ?? code}`);
  });
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  const repeated = repeatedMember(text);
  if (repeated === undefined) return json;
  const before = text.slice(0, repeated.offset).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  throw new Error(
    `${file} was not applied:\n  ${place}: "${repeated.name}" occurs twice in one object; keep the one that is right`,
  );
}

function describe({ row, code, column, reason }: CatalogueFault): string {
  return `  row ${row}${code === undefined ? '' : ` (${code})`}, column ${column}: ${reason}`;
}

runProgram(program);
