import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InputOptions, rolldown } from 'rolldown';
import { noticesOf } from './notices.ts';

/** The minimum age of a file that is removed. A running server may still load files of an earlier build. */
const MIN_AGE_MS = 86_400_000;

/** The settings by which the product is bundled. */
export const BUNDLED: InputOptions = {
  platform: 'node',
  // In a bundle, Apollo's package falls back from Node's hash to one in JavaScript.
  resolve: { alias: { '@apollo/utils.createhash': 'node:crypto' } },
  // Libraries drop their checks for developers.
  transform: {
    define: {
      'process.env.NODE_ENV': '"production"',
      'globalThis.process.env.NODE_ENV': '"production"',
    },
  },
};

/** Returns the names of the commands: package.json starts each one from its bundled file. */
function commandNames(root: string): Set<string> {
  const scripts = readFileSync(join(root, 'package.json'), 'utf8');
  return new Set([...scripts.matchAll(/dist\/server\/commands\/([\w-]+)\.js/g)].map(([, name = '']) => name));
}

/**
 * Bundles the server and the commands into some dozen files, because finding and compiling 2,500 files takes most of a start
 * (docs/decisions/0045): `flags --help` takes 0.13 s of the processor instead of 0.53.
 * Does not minify and keeps names, because people read traces, and TypeORM identifies entities by their class.
 */
export async function bundleServer(root: string): Promise<void> {
  const compiled = (file: string) => join(root, 'dist', 'src', file);
  const dir = join(root, 'dist', 'server');
  const bundle = await rolldown({
    // `compose` is an entry of its own, so that it can be loaded without a start.
    input: {
      main: compiled('main.js'),
      compose: compiled('app/compose.js'),
      ...Object.fromEntries(
        [...commandNames(root)].map((name) => [`commands/${name}`, compiled(`commands/${name}.js`)]),
      ),
    },
    ...BUNDLED,
  });
  const { output } = await bundle.write({ dir, format: 'esm', keepNames: true });
  await bundle.close();
  const moduleIds = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync(join(dir, 'THIRD-PARTY-NOTICES.txt'), noticesOf(moduleIds));
  removeOld(dir, new Set(output.map(({ fileName }) => fileName)), Date.now());
}

/** Removes files that are not `current` and older than MIN_AGE_MS at `now` (Unix milliseconds). */
export function removeOld(dir: string, current: ReadonlySet<string>, now: number): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const file = join(dir, name);
    const found = statSync(file);
    if (found.isFile() && !current.has(name) && found.mtimeMs < now - MIN_AGE_MS) rmSync(file);
  }
}
