/** Refuses an operator's request. The message says what would be accepted. Nothing was changed. */
export class OperatorRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OperatorRefusal';
  }
}

/** The operator and the reason. Both stay in the order's timeline. */
export interface Signed {
  actor: string;
  reason: string;
}

const MAX_LENGTH = { actor: 100, reason: 500 } as const;

/** Throws OperatorRefusal if one of the two is missing, too long or not one line of printable text. */
export function signed(given: { actor?: string; reason?: string }): Signed {
  return { actor: readable('actor', given.actor), reason: readable('reason', given.reason) };
}

function readable(name: keyof Signed, text?: string): string {
  if (text === undefined)
    throw new OperatorRefusal(`The ${name} is missing: add --${name} ${name === 'actor' ? 'NAME' : '"TEXT"'}.`);
  const trimmed = text.trim();
  if (/^\P{Cc}+$/u.test(trimmed) && trimmed.length <= MAX_LENGTH[name]) return trimmed;
  throw new OperatorRefusal(`The ${name} must be one line of 1 to ${MAX_LENGTH[name]} characters.`);
}
