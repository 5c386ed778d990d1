import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { systemClock } from '../kernel/clock.ts';
import { ORDER_FLAG, PAGE_FLAG } from '../organizations/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { isFlagKey, listFlags, setFlag } from '../platform/flags/store/flag-table.ts';
import { readConfigurations } from '../topup-options/index.ts';
import { printReport, runRecorded, warn, withDatabase } from './command.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram, UsageError } from './program.ts';

interface FlagChange {
  key: string;
  enabled: boolean;
}

const program = newProgram('flags', 'Global feature flags. A flag that was never set is off.');
program
  .command('list')
  .description('every flag that was ever set')
  .option(...JSON_OPTION)
  .action((options: JsonOption) => withDatabase((database) => list(database, options)));
program
  .command('set')
  .description('set flags, together or not at all')
  .usage('[options] KEY on|off [KEY on|off ...]')
  .argument('<pairs...>', 'keys, each followed by on or off')
  .option(...JSON_OPTION)
  .action((words: string[], options: JsonOption) => {
    const changes = pairs(words);
    return withDatabase((database) => set(database, changes, options));
  });

async function list(database: DataSource, options: JsonOption): Promise<void> {
  const flags = (await listFlags(database)).map(({ key, enabled }) => ({ key, enabled }));
  const lines = flags.map(({ key, enabled }) => `${enabled ? 'on ' : 'off'}  ${key}`);
  printReport(options, flags, flags.length === 0 ? ['No flag was ever set: all are off.'] : lines);
}

async function set(database: DataSource, changes: readonly FlagChange[], options: JsonOption): Promise<void> {
  const lines = changes.map(({ key, enabled }) => `${key} is ${enabled ? 'on' : 'off'}`);
  const subject = changes.map(({ key, enabled }) => `${key} ${enabled ? 'on' : 'off'}`).join(', ');
  await runRecorded(database, { action: 'flags set', subject }, () =>
    inTransaction(database, async (tx) => {
      for (const { key, enabled } of changes) await setFlag(tx, key, enabled, systemClock.now());
    }),
  );
  printReport(options, changes, lines);
  const asked = await flagsThatAreAsked(database);
  const unknown = changes.map(({ key }) => key).filter((key) => !asked.has(key));
  if (unknown.length > 0)
    warn(`nothing asks for ${unknown.join(', ')}. The pages and the catalogue ask for ${[...asked].join(', ')}.`);
}

/** A row of the catalogue that is applied later may name another flag, so setting an unknown one is not refused. */
async function flagsThatAreAsked(database: DataSource): Promise<Set<string>> {
  const rows = await readConfigurations(database);
  return new Set([PAGE_FLAG, ORDER_FLAG, ...rows.flatMap(({ featureFlag }) => featureFlag ?? [])]);
}

function pairs(words: readonly string[]): FlagChange[] {
  const changes = words.flatMap((key, index) => (index % 2 === 0 ? [{ key, value: words[index + 1] }] : []));
  const odd = changes.find(({ value }) => value !== 'on' && value !== 'off');
  if (odd !== undefined)
    throw new UsageError(
      `${odd.key} must be followed by on or off${odd.value === undefined ? '' : `, not ${odd.value}`}.`,
    );
  const strange = changes.find(({ key }) => !isFlagKey(key));
  if (strange !== undefined)
    throw new UsageError(`"${strange.key}" is not a flag: expected lower-case letters, digits and _.`);
  return changes.map(({ key, value }) => ({ key, enabled: value === 'on' }));
}

runProgram(program);
