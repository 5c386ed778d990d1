import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Files are named after their content: a server that runs while another is built loads its own, for as long. */
const KEPT_MS = 86_400_000;

/**
 * The server and all that it loads, in a dozen files: to find, read and compile 2,500 of them takes longer than everything
 * else at a start (docs/decisions/0045). Not minified, and with names kept: traces are read by people, entities and errors
 * are known by their class.
 */
export async function bundleServer(root: string): Promise<void> {
  const compiled = (file: string) => join(root, 'dist', 'src', file);
  const dir = join(root, 'dist', 'server');
  const bundle = await rolldown({
    // What composes has an entry of its own: it can be loaded without being run.
    input: { main: compiled('main.js'), compose: compiled('app/compose.js') },
    platform: 'node',
    // Apollo's own hides from bundlers that it takes Node's, and in a bundle falls back to one written in JavaScript.
    resolve: { alias: { '@apollo/utils.createhash': 'node:crypto' } },
    // Libraries that look leave out what is there for developers.
    transform: {
      define: {
        'process.env.NODE_ENV': '"production"',
        'globalThis.process.env.NODE_ENV': '"production"',
      },
    },
  });
  const { output } = await bundle.write({ dir, format: 'esm', keepNames: true });
  await bundle.close();
  removeOld(dir, new Set(output.map(({ fileName }) => fileName)), Date.now());
}

/** Removes what a server started in the day before `now` (Unix milliseconds) cannot need: what was not `made` just now. */
export function removeOld(dir: string, made: ReadonlySet<string>, now: number): void {
  for (const name of readdirSync(dir)) {
    const file = join(dir, name);
    if (!made.has(name) && statSync(file).mtimeMs < now - KEPT_MS) rmSync(file);
  }
}
