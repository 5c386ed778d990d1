import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { currentRoute } from './route.tsx';
import { wordsAfter } from './text/all-words.ts';
import { firstText, LanguageProvider } from './text/language.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const first = await firstText();
// Beside the script of the view, not after it.
if (currentRoute().view !== 'topup') void wordsAfter(first.language);
createRoot(root).render(
  <StrictMode>
    <LanguageProvider first={first}>
      <App />
    </LanguageProvider>
  </StrictMode>,
);
