import { createContext, type ReactNode, startTransition, use, useEffect, useMemo, useState } from 'react';
import type { TopupLanguage } from '../api/documents.ts';
import { readStored, store } from '../api/storage.ts';
import type { id } from './id/index.ts';

export type Language = 'id' | 'en';
export type Text = typeof id;

/** Each language is a script of its own, so that a visitor loads one. */
const TEXTS: Record<Language, () => Promise<Text>> = {
  id: () => import('./id/index.ts').then((module) => module.id),
  en: () => import('./en/index.ts').then((module) => module.en),
};
const REMEMBERED = 'topup:language';

export interface Spoken {
  language: Language;
  /** The language as the graph spells it, in which labels answer. */
  inGraph: TopupLanguage;
  text: Text;
  speak(language: Language): void;
}

/** The language that was chosen before, else the browser's first one that the page speaks. */
function firstLanguage(): Language {
  const wishes = [readStored(REMEMBERED) ?? '', ...navigator.languages].map((wish) => wish.slice(0, 2));
  return wishes.find((wish): wish is Language => wish in TEXTS) ?? 'id';
}

const Context = createContext<Spoken | undefined>(undefined);

export async function firstText(): Promise<{ language: Language; text: Text }> {
  const language = firstLanguage();
  return { language, text: await TEXTS[language]() };
}

interface Props {
  first: { language: Language; text: Text };
  children: ReactNode;
}

export function LanguageProvider({ first, children }: Props) {
  const [{ language, text }, setSpoken] = useState(first);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      inGraph: language === 'id' ? 'ID' : 'EN',
      text,
      speak(next) {
        store(REMEMBERED, next);
        // A transition leaves the screen as it is until every script of the language is there.
        void TEXTS[next]().then((nextText) => startTransition(() => setSpoken({ language: next, text: nextText })));
      },
    }),
    [language, text],
  );
  return <Context value={spoken}>{children}</Context>;
}

export function useLanguage(): Spoken {
  const spoken = use(Context);
  if (spoken === undefined) throw new Error('useLanguage needs a LanguageProvider above it.');
  return spoken;
}
