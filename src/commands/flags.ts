import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { systemClock } from '../kernel/clock.ts';
import { ORDER_FLAG, PAGE_FLAG } from '../organizations/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { listFlags, setFlag } from '../platform/flags/store/flag-table.ts';
import { readConfigurations } from '../topup-options/index.ts';
import { command, print, runRecorded, UsageError } from './command.ts';

const USAGE = 'Usage: npm run flags -- list | set KEY on|off [KEY on|off ...]';

/** npm run flags -- list | set KEY on|off [KEY on|off ...]. Sets several in one transaction. */
command(USAGE, async ([verb, ...args], database) => {
  if (verb === 'list' && args.length === 0) {
    const flags = await listFlags(database);
    for (const flag of flags) print(`${flag.enabled ? 'on ' : 'off'}  ${flag.key}`);
    if (flags.length === 0) print('No flag was ever set: all are off.');
    return;
  }
  const changes = pairs(args);
  if (verb !== 'set' || changes === undefined) throw new UsageError(USAGE);
  const subject = changes.map(({ key, enabled }) => `${key} ${enabled ? 'on' : 'off'}`).join(', ');
  await runRecorded(database, { action: 'flags set', subject }, () =>
    inTransaction(database, async (tx) => {
      for (const { key, enabled } of changes) await setFlag(tx, key, enabled, systemClock.now());
    }),
  );
  for (const { key, enabled } of changes) print(`${key} is ${enabled ? 'on' : 'off'}`);
  const asked = await flagsThatAreAsked(database);
  const unknown = changes.map(({ key }) => key).filter((key) => !asked.has(key));
  if (unknown.length > 0)
    process.stderr.write(
      `Warning: nothing asks for ${unknown.join(', ')}. The pages and the catalogue ask for ${[...asked].join(', ')}.\n`,
    );
});

/** A row of the catalogue that is applied later may name another flag, so setting an unknown one is not refused. */
async function flagsThatAreAsked(database: DataSource): Promise<Set<string>> {
  const rows = await readConfigurations(database);
  return new Set([PAGE_FLAG, ORDER_FLAG, ...rows.flatMap(({ featureFlag }) => featureFlag ?? [])]);
}

function pairs(args: readonly string[]): { key: string; enabled: boolean }[] | undefined {
  if (args.length === 0 || args.length % 2 !== 0) return undefined;
  const changes = args.flatMap((key, index) => (index % 2 === 0 ? [{ key, value: args[index + 1] }] : []));
  if (!changes.every(({ value }) => value === 'on' || value === 'off')) return undefined;
  return changes.map(({ key, value }) => ({ key, enabled: value === 'on' }));
}
