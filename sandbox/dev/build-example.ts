import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** Builds the example page and returns its directory. Each build takes about a second, so none is cached. */
export async function buildExample(root: string): Promise<string> {
  const source = join(root, 'example');
  const directory = join(source, 'dist');
  if (!existsSync(source)) return directory;
  await build({ configFile: join(source, 'vite.config.ts'), root: source, logLevel: 'error', mode: 'production' });
  return directory;
}
