import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Query } from '../platform/database/sql.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import type { ActionTrailEntry, Phase } from './store/action-trail-entry.entity.ts';
import { trailEntered } from './store/enter-action.ts';

export interface Action {
  actor: string;
  via: ActionTrailEntry['via'];
  organizationId: string | null;
  action: string;
  subject: string | null;
  correlationId: string;
}

export interface Conclusion {
  outcome: string;
  /** Where only the answer tells what it was done to. */
  subject?: string | null;
}

/** Runs the statement in a transaction of its own, which is committed when it resolves. */
export type Write = (entry: Query) => Promise<unknown>;

export interface ActionTrail {
  clock: Clock;
  write: Write;
  log?: Logger;
}

const LONGEST = { actor: 255, action: 100, subject: 300, outcome: 300, correlationId: 64 } as const;

/** PostgreSQL takes no NUL and no half of a character, and nobody should read control characters. */
function bounded<K extends keyof typeof LONGEST>(name: K, text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, LONGEST[name])
    .toWellFormed();
}

function entryOf(actionId: string, phase: Phase, at: Date, action: Action, { outcome, subject }: Partial<Conclusion>) {
  const about = subject === undefined ? action.subject : subject;
  return trailEntered({
    actionId,
    phase,
    at,
    actor: bounded('actor', action.actor),
    via: action.via,
    organizationId: action.organizationId,
    action: bounded('action', action.action),
    subject: about === null ? null : bounded('subject', about),
    outcome: outcome === undefined ? null : bounded('outcome', outcome),
    correlationId: bounded('correlationId', action.correlationId),
  });
}

/**
 * Enters the action, does it, and enters how it ended. What cannot be entered is not done: then this throws before. A crash in
 * between leaves the attempt. What was done is not undone because its end could not be entered: that is logged.
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

/** Of somebody who may not do that at all. */
export async function recordRefusal({ write, clock }: ActionTrail, action: Action, outcome: string): Promise<void> {
  await write(entryOf(newId(), 'refused', clock.now(), action, { outcome }));
}
