/**
 * The neighbours alone, for a product that runs beside them in containers (compose.yml): on the ports of `npm run dev`, until SIGTERM.
 * Prints the tokens of `npm run dev`. Everything is in memory.
 */
import { developmentPorts, startSandbox } from './index.ts';

const { HOST: host = '127.0.0.1', ALLOWED_HOSTS: names = '' } = process.env;
const WEBHOOK_URL = 'http://127.0.0.1:4000/webhooks/mekari-pay';

async function run(): Promise<void> {
  const allowedHosts = names.split(',').filter(Boolean);
  const sandbox = await startSandbox({ host, allowedHosts, ports: developmentPorts, webhookUrl: WEBHOOK_URL });
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void sandbox.stop().then(() => process.exit()));
  console.log(`Mekari Pay ${sandbox.mekariPay.url}, mailbox ${sandbox.mail.url}, tokens ${sandbox.auth.url}`);
  for (const { organization_id: id, label, access_token: token } of await sandbox.auth.readyTokens())
    console.log(`\n${id}  ${label}\n${token}`);
}

run().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
