import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** The directory of the built example page. It is built each time: that takes about a second, and is never stale. */
export async function buildExample(root: string): Promise<string> {
  const source = join(root, 'example');
  const directory = join(source, 'dist');
  if (!existsSync(source)) return directory;
  await build({ configFile: join(source, 'vite.config.ts'), root: source, logLevel: 'error', mode: 'production' });
  return directory;
}
