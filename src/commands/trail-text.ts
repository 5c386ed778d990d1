import type { ActionTrailEntry } from '../action-trail/index.ts';

export function describeEntry(entry: ActionTrailEntry): string {
  const { at, phase, actor, via, organizationId, action, subject, reason, outcome, correlationId } = entry;
  const who = organizationId === null ? actor : `${actor} of ${organizationId}`;
  const why = reason === null ? '' : `  because: ${reason}`;
  const how = outcome === null ? phase : `${phase}: ${outcome}`;
  return `${at.toISOString()}  ${via} ${action}  ${subject ?? '-'}  by ${who}  ${how}  correlation ${correlationId}${why}`;
}

/** Describes the entries as a section of an order's report. */
export function describeTrail(entries: readonly ActionTrailEntry[]): string[] {
  return entries.length === 0 ? [] : ['  trail', ...entries.map((entry) => `    ${describeEntry(entry)}`)];
}
