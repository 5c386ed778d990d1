export const LANGUAGES = ['ID', 'EN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text of the catalogue in two languages; without `en`, the Indonesian one stands for both. */
export interface Translations {
  id: string;
  en?: string | undefined;
}

/** A text with the translations of the catalogue, where there are some; `text` is then that of defaultText(). */
export interface Translated {
  text: string;
  translations: Translations | null;
}

/** The text for a reader who names no language: English where there is one. */
export const defaultText = (text: string | Translations): string =>
  typeof text === 'string' ? text : (text.en ?? text.id);

export const toTranslations = (text: string | Translations): Translations | null =>
  typeof text === 'string' ? null : text;

export function inLanguage({ text, translations }: Translated, language: Language | null | undefined): string {
  if (translations === null || language === null || language === undefined) return text;
  return language === 'ID' ? translations.id : (translations.en ?? translations.id);
}

/** Applies a change, such as a placeholder's replacement, to the text in every language. */
export function eachText({ text, translations }: Translated, change: (text: string) => string): Translated {
  if (translations === null) return { text: change(text), translations };
  const { id, en } = translations;
  return { text: change(text), translations: { id: change(id), ...(en !== undefined && { en: change(en) }) } };
}
