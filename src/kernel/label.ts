/**
 * A name or an identifier as a partner writes it: visible text and plain spaces. PostgreSQL takes no NUL, half a surrogate pair
 * would be stored as another character, and what is not seen (control and format characters, line breaks) could mislead whoever reads it.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

export function isLabel(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && text.search(UNSEEN) < 0;
}

/** For a text that must not be lost over one odd character: spaces stand in its place. */
export const withVisibleText = (text: string): string => text.replace(UNSEEN, ' ');
