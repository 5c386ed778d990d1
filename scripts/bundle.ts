import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * The server and all that it loads, in a dozen files: to find, read and compile 2,500 of them takes longer than everything
 * else at a start (docs/decisions/0045). Not minified, and with names kept: traces are read by people, entities and errors
 * are known by their class.
 */
export async function bundleServer(root: string): Promise<void> {
  const compiled = (file: string) => join(root, 'dist', 'src', file);
  const bundle = await rolldown({
    // What composes has an entry of its own: it can be loaded without being run.
    input: { main: compiled('main.js'), compose: compiled('compose.js') },
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
  await bundle.write({
    dir: join(root, 'dist', 'server'),
    cleanDir: true,
    format: 'esm',
    keepNames: true,
    sourcemap: true,
  });
  await bundle.close();
}
