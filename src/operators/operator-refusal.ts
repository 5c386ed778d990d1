/** What an operator asked for and cannot have, said so that it can be asked for rightly. Nothing was changed. */
export class OperatorRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OperatorRefusal';
  }
}

/** Who decided, and why: both stand in the order's timeline for good. */
export interface Signed {
  actor: string;
  reason: string;
}

const LONGEST = { actor: 100, reason: 500 } as const;

/** Throws OperatorRefusal where one of the two is missing or cannot be read by those who come later. */
export function signed(given: { actor?: string; reason?: string }): Signed {
  return { actor: readable('actor', given.actor), reason: readable('reason', given.reason) };
}

function readable(name: keyof Signed, text = ''): string {
  const trimmed = text.trim();
  if (/^\P{Cc}+$/u.test(trimmed) && trimmed.length <= LONGEST[name]) return trimmed;
  throw new OperatorRefusal(`The ${name} must be one line of 1 to ${LONGEST[name]} characters.`);
}
