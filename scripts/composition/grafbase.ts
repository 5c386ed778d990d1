import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Composer, Composition, SubgraphSource } from './composer.ts';

const PACKAGE = '@grafbase/cli-x86_64-unknown-linux-musl';

/** Grafbase's composer is a native program, which npm installs on Linux x64 alone. It runs offline. */
export const isGrafbaseInstalled = process.platform === 'linux' && process.arch === 'x64';

export const grafbase: Composer = {
  name: 'Grafbase',
  package: PACKAGE,
  compose(subgraphs) {
    const directory = mkdtempSync(join(tmpdir(), 'grafbase-'));
    try {
      return run(configure(directory, subgraphs));
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};

/** Writes the SDLs and a configuration that names them. Returns the path of the configuration. */
function configure(directory: string, subgraphs: readonly SubgraphSource[]): string {
  const sections = subgraphs.map(({ name, url, sdl }) => {
    const file = join(directory, `${name}.graphql`);
    writeFileSync(file, sdl);
    return `[subgraphs.${name}]\nschema_path = ${JSON.stringify(file)}\nurl = ${JSON.stringify(url)}\n`;
  });
  const config = join(directory, 'grafbase.toml');
  writeFileSync(config, sections.join('\n'));
  return config;
}

function run(config: string): Composition {
  const program = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'grafbase');
  const { status, stdout, stderr, error } = spawnSync(program, ['compose', '--config', config], {
    encoding: 'utf8',
    timeout: 30_000,
    // Without it the program hides a panic behind a report in a file of its own.
    env: { ...process.env, RUST_BACKTRACE: '1' },
  });
  if (error !== undefined) return { errors: [error.message], hints: [] };
  if (status === 0) return { supergraph: stdout, errors: [], hints: linesOf(stderr) };
  // A panic ends with a backtrace, which differs from build to build.
  const [report = ''] = `${stdout}\n${stderr}`.split('stack backtrace:');
  return { errors: linesOf(report), hints: [] };
}

const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
