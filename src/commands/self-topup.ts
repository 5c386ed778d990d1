#!/usr/bin/env node
import { readFileSync } from 'node:fs';

/** The image's one command, where npm is not: `self-topup migrate`, `self-topup orders show TU-…`. Without arguments it lists all. */
const COMMANDS = {
  audit: () => import('./audit.ts'),
  catalogue: () => import('./catalogue.ts'),
  'check:config': () => import('./check-config.ts'),
  events: () => import('./events.ts'),
  flags: () => import('./flags.ts'),
  jobs: () => import('./jobs.ts'),
  mails: () => import('./mails.ts'),
  migrate: () => import('./migrate.ts'),
  orders: () => import('./orders.ts'),
  trail: () => import('./trail.ts'),
};

const USAGE = `Usage: self-topup COMMAND [ARGUMENT...]

Commands: ${Object.keys(COMMANDS).join(', ')}
Each says more with --help; --version says the version. Where it says "npm run COMMAND --", type "self-topup COMMAND".`;

/** The file lies at the root of a checkout and of the image. */
const versionOfProduct = (): string =>
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;

const HELP = ['--help', '-h', 'help'];
const [name = '--help', ...rest] = process.argv.slice(2);
const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
if (load !== undefined) {
  // Each command reads its arguments from here.
  process.argv.splice(2, process.argv.length, ...rest);
  await load();
} else if (HELP.includes(name)) process.stdout.write(`${USAGE}\n`);
else if (name === '--version') process.stdout.write(`${versionOfProduct()}\n`);
else {
  process.stderr.write(`There is no command ${JSON.stringify(name)}.\n${USAGE}\n`);
  process.exitCode = 2;
}
