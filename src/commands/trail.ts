import { parseArgs } from 'node:util';
import { listTrail, type TrailFilter } from '../action-trail/index.ts';
import { parseInstant } from '../kernel/instant.ts';
import { numbersOfOrganization } from '../orders/index.ts';
import { command, print, UsageError } from './command.ts';
import { describeEntry } from './trail-text.ts';

const USAGE = 'Usage: npm run trail -- list [--organization ID] [--actor NAME] [--since ISO] [--limit N]';

/** npm run trail: lists who did what, oldest first; the newest 50 without --limit. See USAGE. */
command(USAGE, async ([verb, ...args], database) => {
  if (verb !== 'list') throw new UsageError(USAGE);
  for (const entry of await listTrail(database, parseFilter(args))) print(describeEntry(entry));
});

function parseFilter(args: readonly string[]): TrailFilter {
  const text = { type: 'string' } as const;
  const options = { organization: text, actor: text, since: text, limit: { ...text, default: '50' } };
  const { organization, actor, since, limit } = asUsageError(() => parseArgs({ args: [...args], options }).values);
  if (!/^[1-9]\d{0,3}$/.test(limit)) throw new UsageError(`--limit must be a number from 1 to 9999, not ${limit}.`);
  const instant = since === undefined ? undefined : parseInstant(since);
  if (since !== undefined && instant === undefined) {
    throw new UsageError(`--since must be an instant such as 2026-11-22T03:04:05Z, not ${since}.`);
  }
  const own =
    organization === undefined ? undefined : { id: organization, subjects: numbersOfOrganization(organization) };
  return { organization: own, actor, since: instant, limit: Number(limit) };
}

function asUsageError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}
