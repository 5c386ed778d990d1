/**
 * Characters that a partner's name or identifier must not have: anything but visible text and plain spaces. PostgreSQL
 * rejects NUL, half a surrogate pair would be stored as another character, and invisible characters (control, format,
 * line break) could mislead a reader.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

export function isLabel(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && text.search(INVISIBLE) < 0;
}

/** Returns the first character of a text that a label must not have, as U+202E. */
export function invisibleIn(text: string): string | undefined {
  const [found] = text.match(INVISIBLE) ?? [];
  return found === undefined ? undefined : `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Replaces invisible characters by spaces, for a text that must not be lost over one of them. */
export const withVisibleText = (text: string): string => text.replace(INVISIBLE, ' ');
