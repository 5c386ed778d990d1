#!/usr/bin/env node
/** `npx self-topup-sandbox [PORT]` serves the graph of self top-up on this machine, port 4000 by default, until Ctrl-C. */
import { startSelfTopup } from './index.ts';

const USAGE =
  'Usage: self-topup-sandbox [PORT]\n\nServes the graph of self top-up on 127.0.0.1, port 4000 by default. Nothing is kept.\n';

const [argument = '4000'] = process.argv.slice(2);
const port = Number(argument);
if (argument === '--help') {
  process.stdout.write(USAGE);
} else if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(`${argument} is not a port: a number from 0, which takes a free one, to 65535.\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await run(port).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}

async function run(wanted: number): Promise<void> {
  const starting = startSelfTopup({ port: wanted, logLevel: 'warn' });
  // A signal during the start waits for it, so that nothing is left running.
  const stop = () => void starting.then((product) => product.stop()).finally(() => process.exit());
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { graphUrl, statesUrl, mekariPayUrl, mailboxUrl, tokens } = await starting;
  const rows = [
    ['GraphQL', graphUrl],
    ['States', statesUrl],
    ['Mekari Pay', mekariPayUrl],
    ['Mailbox', mailboxUrl],
  ];
  for (const [name, address] of rows) console.log(`  ${name?.padEnd(12)}${address}`);
  console.log('\nTokens (Authorization: Bearer …), good for twelve hours:\n');
  for (const token of tokens) console.log(`  ${token.organization_id}  ${token.label}\n  ${token.access_token}\n`);
  console.log('Ready. Ctrl-C stops everything; nothing is kept.');
}
