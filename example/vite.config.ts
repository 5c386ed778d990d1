import react from '@vitejs/plugin-react';
import { type DocumentNode, print } from 'graphql';
import { defineConfig, type Plugin } from 'vite';

/**
 * Gives the page each document of the client package as text: its syntax tree is ten times as large, and would be printed before it is
 * sent. `api/send.ts` relies on it.
 */
const documentsAsText: Plugin = {
  name: 'documents-as-text',
  async load(id) {
    if (!id.endsWith('/packages/client/src/generated/documents.ts')) return null;
    const documents: Record<string, DocumentNode> = await import(id);
    const texts = Object.entries(documents).map(
      ([name, document]) => `export const ${name} = ${JSON.stringify(print(document))};`,
    );
    return texts.join('\n');
  },
};

/** `vite build --config example/vite.config.ts` writes example/dist, which works under any path (relative assets). */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), documentsAsText],
  build: { outDir: 'dist', emptyOutDir: true },
});
