/**
 * Compiles the project into dist/. With --if-stale it does so only if a source is newer than the last build, so that the
 * operators' commands work right after `npm ci`, and start at once in an image, which ships dist/ without a compiler.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'dist', '.built');

function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  const sources = globSync(
    ['{src,migrations,sandbox,scripts,bench}/**/*.ts', 'ormconfig.ts', 'tsconfig*.json', 'package-lock.json'],
    { cwd: root },
  );
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= builtAt);
}

function pathOf(dependency: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${dependency}/package.json`));
  } catch {
    return undefined;
  }
}

/** An image lacks the sources and the bundler, but may have a compiler as a peer dependency. */
const canBuild = () => existsSync(join(root, 'tsconfig.build.json')) && pathOf('rolldown') !== undefined;

async function build(): Promise<number> {
  const compiler = pathOf('typescript');
  if (compiler === undefined || !canBuild()) {
    console.error('The sources or the compiler are missing: run `npm ci` with development dependencies in a checkout.');
    return 1;
  }
  // For somebody who waits at a terminal; what reads a command's output sees nothing of it.
  if (process.stderr.isTTY) console.error('Compiling the sources…');
  const project = join(root, 'tsconfig.build.json');
  const { status } = spawnSync(process.execPath, [join(compiler, 'bin', 'tsc'), '--project', project], {
    stdio: 'inherit',
  });
  if (status !== 0) return status ?? 1;
  // Imported here, because an image does not ship the bundler.
  const { bundleServer } = await import('./bundle.ts');
  await bundleServer(root);
  const { writeSbom } = await import('./sbom.ts');
  writeSbom(root);
  writeFileSync(stamp, '');
  cacheCompiledCode();
  return 0;
}

/** Stores V8's compiled code for `npm start`, so that the replicas of an image do not compile it again. */
function cacheCompiledCode(): void {
  const load = 'await import(process.argv[1])';
  const server = pathToFileURL(join(root, 'dist', 'server', 'compose.js')).href;
  spawnSync(process.execPath, ['--input-type=module', '--eval', load, server], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'dist', '.compile-cache') },
    stdio: 'inherit',
  });
}

const onlyIfStale = process.argv.includes('--if-stale');
if (!(onlyIfStale && existsSync(stamp) && (!canBuild() || isFresh()))) process.exitCode = await build();
