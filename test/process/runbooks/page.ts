import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/processes/built.ts';

/** The lines behind a prompt in each runbook. */
const LINES = new Map(
  readFileSync(join(root, 'docs/runbooks.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      section.split('\n')[0] ?? '',
      [...section.matchAll(/^\$ (.+)$/gm)].map(([, line = '']) => line),
    ]),
);

/** These ask a cluster, which a test does not have. */
export const NOT_OURS = /^kubectl /;
/** A line that changes something; the others only look. */
const MENDS =
  /(retry|unsuppress|enable|replay|disable|cancel|approve|close|reconcile|npm run migrate|pg_terminate_backend|config set)\b(?!.*--dry-run)/;

/** The names of a page's examples, and those of this situation. */
export interface Names {
  order?: string;
  subscription?: string;
  /** Another one, whose subscriber does not come back. */
  ended?: string;
  job?: string;
  exception?: string;
  /** The address of the replica that `curl` asks. */
  replica?: string;
  /** A process of the database. */
  pid?: number;
}

/** The line with this situation's names in the place of the examples. */
export function replaced(line: string, { order, subscription, ended, exception, job, pid }: Names): string {
  return line
    .replace('TU-261122-7K3M-9QXE', order ?? 'TU-261122-7K3M-9QXE')
    .replace('01a22815-e7c9-7319-aec3-b0c9234f0d12', subscription ?? '')
    .replace('01a22816-11d0-7440-8c5b-5f0a3d1c7e21', ended ?? '')
    .replace('01a20472-41f0-7319-aec3-b0c9234f0d12', exception ?? '')
    .replace(/2026-11-2\dT00:00:00Z/, new Date(Date.now() - 2 * 86_400_000).toISOString())
    .replace('retry 12', `retry ${job}`)
    .replace('backend(4711)', `backend(${pid})`);
}

export const linesOf = (alert: string): readonly string[] => LINES.get(alert) ?? [];

/** The lines of these runbooks that only look, or those that mend, once each, in the order of the page. */
export const linesThat = (mend: boolean, alerts: readonly string[]): string[] =>
  [...new Set(alerts.flatMap(linesOf))].filter((line) => !NOT_OURS.test(line) && MENDS.test(line) === mend);
