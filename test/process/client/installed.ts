import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { inTurns, root } from '../../support/processes/built.ts';

const run = promisify(execFile);

export interface Project {
  directory: string;
  write(file: string, text: string): Promise<void>;
  /** Runs a file of the project. Throws with what it printed. */
  node(file: string, args?: readonly string[], env?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

/** Packing writes the package's dist/ first, which other test files pack too. */
async function pack(name: string, directory: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', directory];
  const options = { cwd: join(root, 'packages', name), maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await inTurns(3, () => run('npm', args, options));
  return `./${/"filename": "(.+)"/.exec(stdout)?.[1]}`;
}

/**
 * Runs npm as a user of the packages does, on the machine's own Node: by that Node, npm finds its global settings, such as a
 * registry's certificate. The settings of the npm that runs these tests would lead it to this project's Node.
 */
function runMachinesNpm(args: readonly string[], directory: string) {
  const isOurs = (path: string) => path.endsWith(join('node_modules', '.bin'));
  const { PATH = '', ...rest } = process.env;
  const settings = Object.entries(rest).filter(([name]) => !name.startsWith('npm_'));
  const paths = PATH.split(delimiter).filter((path) => !isOurs(path));
  return run('npm', args, { cwd: directory, env: { ...Object.fromEntries(settings), PATH: paths.join(delimiter) } });
}

/** Packs packages of this repository as a release does, and installs them into an empty project, beside others of the registry. */
export async function install(own: readonly string[], beside: readonly string[]): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'self-topup-project-'));
  // PostgreSQL needs a user other than root.
  await chmod(directory, 0o755);
  const packed: string[] = [];
  for (const name of own) packed.push(await pack(name, directory));
  await writeFile(join(directory, 'package.json'), '{"private": true, "type": "module"}');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--silent', '--save-exact'];
  await runMachinesNpm(['install', ...quiet, ...packed, ...beside], directory);
  return {
    directory,
    write: (file, text) => writeFile(join(directory, file), text),
    async node(file, args = [], env = {}) {
      const started = run(process.execPath, [join(directory, file), ...args], {
        cwd: directory,
        env: { ...process.env, ...env },
      });
      const { stdout } = await started.catch((error: Error & { stdout: string }) => {
        throw new Error(`${error.message}\n${error.stdout}`);
      });
      return stdout;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
