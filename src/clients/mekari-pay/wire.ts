import { z } from 'zod';
import { JAKARTA_OFFSET, parseInstant } from '../../kernel/instant.ts';
import { isLabel } from '../../kernel/label.ts';

/** Accepts a text that we may store, or put into a path. */
export const label = (maxLength: number) =>
  z.string().refine((text) => isLabel(text, maxLength), { error: `is not 1 to ${maxLength} printable characters` });

/** Accepts an instant. Mekari Pay's times without an offset are Jakarta's (domain.md 8.1). */
export const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text, JAKARTA_OFFSET);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is not an instant' });
  return z.NEVER;
});
