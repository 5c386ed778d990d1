#!/usr/bin/env node
/** The image's one command, where npm is not: `self-topup migrate`, `self-topup orders show TU-…`. Without arguments it lists all. */
const COMMANDS = {
  audit: () => import('./audit.ts'),
  catalogue: () => import('./catalogue.ts'),
  'check:config': () => import('./check-config.ts'),
  flags: () => import('./flags.ts'),
  jobs: () => import('./jobs.ts'),
  mails: () => import('./mails.ts'),
  migrate: () => import('./migrate.ts'),
  orders: () => import('./orders.ts'),
  trail: () => import('./trail.ts'),
};

const USAGE = `Usage: self-topup COMMAND [ARGUMENT...]

Commands: ${Object.keys(COMMANDS).join(', ')}
Each says more with --help. Where it says "npm run COMMAND --", type "self-topup COMMAND".`;

const [name = '--help', ...rest] = process.argv.slice(2);
const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
if (load !== undefined) {
  // Each command reads its arguments from here.
  process.argv.splice(2, process.argv.length, ...rest);
  await load();
} else if (name === '--help' || name === '-h') process.stdout.write(`${USAGE}\n`);
else {
  process.stderr.write(`There is no command ${JSON.stringify(name)}.\n${USAGE}\n`);
  process.exitCode = 2;
}
