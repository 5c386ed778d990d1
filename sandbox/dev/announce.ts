import type { ReadyToken } from '../index.ts';

/** The settings that an operators' command may need, in another terminal. */
const COMMAND_SETTINGS = [
  'DATABASE_URL',
  'HUB_CORE_URL',
  'MEKARI_PAY_URL',
  'MODERATOR_URL',
  'MEKARI_CLIENT_ID',
  'MEKARI_CLIENT_SECRET',
  'CHECKOUT_RETURN_URL',
  'EVENT_INTERNAL_HOSTS',
] as const;

export interface Running {
  deskUrl: string;
  addresses: readonly (readonly [name: string, url: string])[];
  environment: Readonly<Record<string, string>>;
  tokens: readonly ReadyToken[];
  logFile: string;
  seconds: number;
}

export const exportLine = (environment: Readonly<Record<string, string>>): string =>
  `export ${COMMAND_SETTINGS.map((name) => `${name}=${environment[name]}`).join(' ')}`;

/** Prints the desk first, and once more last, where a terminal still shows it. */
export function announce({ deskUrl, addresses, environment, tokens, logFile, seconds }: Running): void {
  const row = (name: string, value: string) => console.log(`  ${name.padEnd(16)}${value}`);
  console.log(`\nReady in ${seconds.toFixed(1)} s. Ctrl-C stops everything; nothing but the log is kept.\n`);
  row('Desk', deskUrl);
  for (const [name, address] of addresses) row(name, address);
  row('Log', logFile);
  console.log(
    `\nSettings of the operators' commands (npm run orders, jobs, mails, audit, …):\n\n  ${exportLine(environment)}`,
  );
  console.log('\nTokens (Authorization: Bearer …), good for twelve hours:\n');
  for (const { organization_id: id, label, access_token: token } of tokens)
    console.log(`  ${id}  ${label}\n  ${token}\n`);
  console.log('Start at the desk: it has links to everything, tokens by role, and what happens as it happens.\n');
  row('Desk', deskUrl);
}
