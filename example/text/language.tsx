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
const Context = createContext<Spoken>({ language: 'id', text: id, speak: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (localStorage.getItem(REMEMBERED) === 'en' ? 'en' : 'id'));
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(REMEMBERED, language);
  }, [language]);
  return <Context value={{ language, text: TEXTS[language], speak: setLanguage }}>{children}</Context>;
}

export const useLanguage = () => useContext(Context);
