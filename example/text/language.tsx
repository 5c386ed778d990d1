import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { en } from './en.ts';
import { id, type Text } from './id.ts';

export type Language = 'id' | 'en';

interface Spoken {
  language: Language;
  text: Text;
  speak(language: Language): void;
}

const TEXTS: Record<Language, Text> = { id, en };
const REMEMBERED = 'topup:language';

/** The language that was chosen before, else the browser's first one that the page speaks. */
function firstLanguage(): Language {
  const wishes = [localStorage.getItem(REMEMBERED) ?? '', ...navigator.languages].map((wish) => wish.slice(0, 2));
  return wishes.find((wish): wish is Language => wish in TEXTS) ?? 'id';
}

const Context = createContext<Spoken>({ language: 'id', text: id, speak: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(REMEMBERED, language);
  }, [language]);
  return <Context value={{ language, text: TEXTS[language], speak: setLanguage }}>{children}</Context>;
}

export const useLanguage = () => useContext(Context);
