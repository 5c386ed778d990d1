import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { parseJson, repeatedMember } from '../kernel/json.ts';
import { applyCatalogue, type CatalogueFault, checkCatalogue, showCatalogue } from '../topup-options/index.ts';
import { command, print, runRecorded, UsageError } from './command.ts';

const USAGE = 'Usage: npm run catalogue -- apply FILE.json | check FILE.json | show';

/** npm run catalogue -- apply FILE.json | check FILE.json | show */
command(USAGE, async ([verb, file, ...rest], database) => {
  if (verb === 'show' && file === undefined) return print(JSON.stringify(await showCatalogue(database), null, 2));
  if ((verb !== 'apply' && verb !== 'check') || file === undefined || rest.length > 0) throw new UsageError(USAGE);
  const { rows, faults } = checkCatalogue(await readJson(file));
  if (faults.length > 0) throw new Error(`${file} was not applied:\n${faults.map(describe).join('\n')}`);
  if (verb === 'check') return print(`${file}: ${rows.length} rows, no fault`);
  const unlisted = await runRecorded(database, { action: 'catalogue apply', subject: basename(file) }, () =>
    applyCatalogue(database, rows, systemClock.now()),
  );
  print(`${file}: ${rows.length} rows applied`);
  if (unlisted.length > 0) print(`Not in the file, left as they are: ${unlisted.join(', ')}`);
});

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code}`);
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
