import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `vite build --config example/vite.config.ts` writes example/dist, which works under any path (relative assets). */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true },
});
