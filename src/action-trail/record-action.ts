import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Query } from '../platform/database/sql.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import type { ActionTrailEntry, Phase } from './store/action-trail-entry.entity.ts';
import { trailInsert } from './store/enter-action.ts';

export interface Action {
  actor: string;
  via: ActionTrailEntry['via'];
  organizationId: string | null;
  action: string;
  subject: string | null;
  /** The operator's own words; null for a mutation, and for a command that asks for none. */
  reason: string | null;
  correlationId: string;
}

export interface Conclusion {
  outcome: string;
  /** The subject, if only the answer names it. */
  subject?: string | null;
}

/** Runs the statement in its own transaction, which is committed when the promise resolves. */
export type Write = (entry: Query) => Promise<unknown>;

export interface ActionTrail {
  clock: Clock;
  write: Write;
  log?: Logger;
}

const MAX_LENGTH = { actor: 255, action: 100, subject: 300, reason: 500, outcome: 300, correlationId: 64 } as const;

/** PostgreSQL rejects NUL and half a surrogate pair, and control characters could mislead a reader. */
function bounded<K extends keyof typeof MAX_LENGTH>(name: K, text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MAX_LENGTH[name])
    .toWellFormed();
}

function entryOf(actionId: string, phase: Phase, at: Date, action: Action, { outcome, subject }: Partial<Conclusion>) {
  const about = subject === undefined ? action.subject : subject;
  return trailInsert({
    actionId,
    phase,
    at,
    actor: bounded('actor', action.actor),
    via: action.via,
    organizationId: action.organizationId,
    action: bounded('action', action.action),
    subject: about === null ? null : bounded('subject', about),
    reason: action.reason === null || phase !== 'asked' ? null : bounded('reason', action.reason),
    outcome: outcome === undefined ? null : bounded('outcome', outcome),
    correlationId: bounded('correlationId', action.correlationId),
  });
}

/**
 * Enters the action, runs it, and enters its outcome. If the first entry fails, this throws and the action does not
 * run. A crash in between leaves only the first entry. If the last entry fails, the action stands and the failure is
 * logged.
 */
export async function recordAction<T>(
  trail: ActionTrail,
  action: Action,
  run: () => Promise<T>,
  conclude: (ending: { answer: T } | { error: unknown }) => Conclusion,
): Promise<T> {
  const actionId = newId();
  const enter = (phase: Phase, conclusion: Partial<Conclusion> = {}) =>
    trail.write(entryOf(actionId, phase, trail.clock.now(), action, conclusion));
  const end = (conclusion: Conclusion) =>
    enter('answered', conclusion).catch((error: unknown) => {
      const { action: name, correlationId } = action;
      trail.log?.error({ event: 'action_end_not_recorded', action: name, correlationId, reason: reasonOf(error) });
    });
  await enter('asked');
  try {
    const answer = await run();
    await end(conclude({ answer }));
    return answer;
  } catch (error) {
    await end(conclude({ error }));
    throw error;
  }
}

/** Enters the refusal of a caller who lacks the permission. */
export async function recordRefusal({ write, clock }: ActionTrail, action: Action, outcome: string): Promise<void> {
  await write(entryOf(newId(), 'refused', clock.now(), action, { outcome }));
}
