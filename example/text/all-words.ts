import { use, useMemo } from 'react';
import type { idAfter } from './id/after.ts';
import { type Language, type Spoken, type Text, useLanguage } from './language.tsx';

type After = typeof idAfter;
export type AllText = Text & After;

const LOADERS: Record<Language, () => Promise<After>> = {
  id: () => import('./id/after.ts').then((module) => module.idAfter),
  en: () => import('./en/after.ts').then((module) => module.enAfter),
};
const loading = new Map<Language, Promise<After>>();

/** Loads the words once. After a failure the next call tries again. */
export function wordsAfter(language: Language): Promise<After> {
  const before = loading.get(language);
  if (before) return before;
  const words = LOADERS[language]();
  words.then(
    // React reads a promise with these members at once. Without them even a kept one suspends a view that meets it first, which would blink.
    (value) => Object.assign(words, { status: 'fulfilled', value }),
    () => loading.delete(language),
  );
  loading.set(language, words);
  return words;
}

/** Gives every word to the views that a first visit does not load. It suspends until the script of the language is there. */
export function useAllWords(): Omit<Spoken, 'text'> & { text: AllText } {
  const spoken = useLanguage();
  // Not conditional: React repeats a render that was suspended here, and expects this call before the hooks that follow.
  const after = use(wordsAfter(spoken.language));
  return useMemo(() => ({ ...spoken, text: { ...spoken.text, ...after } }), [spoken, after]);
}
