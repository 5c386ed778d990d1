import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** The page's files by their path, which begins with a slash. */
export type PageFiles = ReadonlyMap<string, string | Uint8Array>;

/**
 * Builds the example page in memory; a checkout without it has no files. Nothing is written, because several builds run side by side,
 * and one would empty the directory from which another one's server answers. A build takes about a second, so none is cached.
 */
export async function buildExample(root: string): Promise<PageFiles> {
  const source = join(root, 'example');
  if (!existsSync(source)) return new Map();
  const built = await inProduction(() =>
    build({
      configFile: join(source, 'vite.config.ts'),
      root: source,
      logLevel: 'error',
      mode: 'production',
      build: { write: false },
    }),
  );
  if (Array.isArray(built) || !('output' in built))
    throw new Error('The build of the example page has no single output.');
  return new Map(built.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]));
}

/** Under NODE_ENV=test, as Vitest sets it, the bundle would hold React's development build, twice as large and slow. */
async function inProduction<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
