import { inShape } from '../server/route.ts';
import { integer, listOf, object, oneOf, optional, text } from '../shape.ts';

/**
 * reject: refuses the mail. drop-answer: stores it, then breaks the connection before the answer. hang: never answers. drip: answers
 * with a byte a second, and never ends the line. slow: answers after `delayMs`. greet-late: greets after `delayMs`, without match.
 * refuse: does not listen until the faults are cleared, without match and times.
 */
export interface MailFault {
  kind: 'reject' | 'drop-answer' | 'hang' | 'drip' | 'slow' | 'greet-late' | 'refuse';
  /** reject's reply code: 451 (try again, the default) or 550 (never). */
  status?: 451 | 550;
  /** The answer that it concerns: to RCPT, or to the data (the default). */
  at?: 'rcpt' | 'data';
  delayMs?: number;
  /** A part of a recipient's address. Default: every mail. */
  match?: { to?: string };
  /** The number of mails. Default: unlimited. */
  times?: number;
}

/** The steps of the dialogue at which a fault may happen. */
type Step = 'greeting' | 'rcpt' | 'data';

const shape = listOf(
  object<MailFault>({
    kind: oneOf('reject', 'drop-answer', 'hang', 'drip', 'slow', 'greet-late', 'refuse'),
    status: optional((value, field, faults) => {
      if (value !== 451 && value !== 550) faults.push({ field, message: 'must be 451 or 550' });
      return value as 451 | 550;
    }),
    at: optional(oneOf('rcpt', 'data')),
    delayMs: optional(integer(1)),
    match: optional(object<{ to?: string }>({ to: optional(text) })),
    times: optional(integer(1)),
  }),
  0,
);

function stepOf({ kind, at }: MailFault): Step | undefined {
  if (kind === 'refuse') return undefined;
  return kind === 'greet-late' ? 'greeting' : (at ?? 'data');
}

export interface MailFaultQueue {
  list(): MailFault[];
  /** Throws a Refusal that names the wrong field. */
  set(faults: unknown): void;
  clear(): void;
  refusesConnections(): boolean;
  /** Returns the first match and counts its `times` down. */
  take(step: Step, recipients: readonly string[]): MailFault | undefined;
}

export function createMailFaults(): MailFaultQueue {
  let queue: MailFault[] = [];
  return {
    list: () => structuredClone(queue),
    set(faults) {
      queue = structuredClone(inShape(shape, faults));
    },
    clear() {
      queue = [];
    },
    refusesConnections: () => queue.some(({ kind }) => kind === 'refuse'),
    take(step, recipients) {
      const fault = queue.find(
        (one) => stepOf(one) === step && recipients.some((address) => address.includes(one.match?.to ?? '')),
      );
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times === 0) queue = queue.filter((other) => other !== fault);
      }
      return fault;
    },
  };
}
