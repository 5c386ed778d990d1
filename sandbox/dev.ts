/**
 * `npm run dev` runs everything on one machine and starts empty each time: an embedded PostgreSQL, the sandbox neighbours,
 * migrations, catalogue, flags, the built server as a process, the example page, and a gateway with GraphiQL in front of it and of
 * the organizations subgraph. Ctrl-C stops all of it. A SIGKILL ends the server and the database too, because both watch this process.
 */
import { join } from 'node:path';
import { buildExample } from './dev/build-example.ts';
import { freePort } from './dev/free-port.ts';
import { startLocalProduct } from './dev/local-product.ts';
import { startPageServer } from './dev/page-server.ts';
import { developmentPorts, type ReadyToken, type Sandbox, type SandboxPorts } from './index.ts';
import { startSupergraph } from './supergraph/supergraph.ts';

const root = join(import.meta.dirname, '..', '..');

/** Names beside this machine's own, such as that of a tunnel: no other page may reach these servers, which hand out tokens. */
const allowedHosts = (process.env['ALLOWED_HOSTS'] ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter(Boolean);

/** The settings that an operators' command may need, in another terminal. */
const COMMAND_SETTINGS = [
  'DATABASE_URL',
  'HUB_CORE_URL',
  'MEKARI_PAY_URL',
  'MODERATOR_URL',
  'MEKARI_CLIENT_ID',
  'MEKARI_CLIENT_SECRET',
  'CHECKOUT_RETURN_URL',
] as const;

const stops: (() => Promise<unknown>)[] = [];
let stopping = false;

/** Stops in reverse order of the start. */
async function stopAll(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const stop of stops.reverse()) await stop().catch((error: Error) => console.error(error.message));
  process.exit(code);
}

async function sandboxPorts(): Promise<SandboxPorts> {
  const ports = { ...developmentPorts };
  for (const name of Object.keys(ports) as (keyof SandboxPorts)[]) ports[name] = await freePort(ports[name]);
  return ports;
}

async function start(): Promise<void> {
  const startedAt = performance.now();
  const port = await freePort(Number(process.env['PORT'] ?? 4000));
  const [pagePort, gatewayPort] = [await freePort(4001), await freePort(4002)];
  const url = `http://127.0.0.1:${port}`;
  const pageUrl = `http://127.0.0.1:${pagePort}`;
  const exampleBuilt = buildExample(root);
  const { sandbox, tokens, environment } = await startLocalProduct({
    root,
    port,
    ports: await sandboxPorts(),
    allowedHosts,
    returnUrl: `${pageUrl}/`,
    logLevel: process.env['LOG_LEVEL'] ?? 'info',
    stops,
    onEnd: (code) => void stopAll(code ?? 1),
  });
  if (stopping) return;
  const page = await startPageServer({
    port: pagePort,
    directory: await exampleBuilt,
    graphUrl: `${url}/graphql`,
    allowedHosts,
    config: pageConfig(sandbox, tokens),
  });
  const gateway = await startSupergraph({
    port: gatewayPort,
    root,
    graphUrl: `${url}/graphql`,
    hubCore: sandbox.hubCore,
    token: tokens[0]?.access_token ?? '',
    allowedHosts,
  });
  stops.push(page.stop, gateway.stop);
  announce({
    url,
    pageUrl,
    gatewayUrl: gateway.url,
    databaseUrl: environment.DATABASE_URL,
    environment,
    sandbox,
    tokens,
    seconds: (performance.now() - startedAt) / 1000,
  });
}

function pageConfig(sandbox: Sandbox, tokens: readonly ReadyToken[]) {
  const admins = tokens.filter(({ scope }) => scope.includes('topup:write'));
  return {
    organizations: admins.map(({ organization_id: id, access_token: token }) => ({
      id,
      name: sandbox.hubCore.organizations.get(id)?.name ?? id,
      token,
    })),
    mailboxUrl: sandbox.mail.url,
  };
}

function announce(running: {
  url: string;
  pageUrl: string;
  gatewayUrl: string;
  databaseUrl: string;
  environment: Readonly<Record<string, string>>;
  sandbox: Sandbox;
  tokens: readonly ReadyToken[];
  seconds: number;
}): void {
  const { url, pageUrl, gatewayUrl, databaseUrl, environment, sandbox, tokens, seconds } = running;
  const rows = [
    ['Top-up page', pageUrl],
    ['GraphQL', `${url}/graphql`],
    ['GraphiQL', gatewayUrl],
    ['Mailbox', sandbox.mail.url],
    ['Mekari Pay', sandbox.mekariPay.url],
    ['Tokens', sandbox.auth.url],
    ['States', `${sandbox.states.url}/_sandbox/states`],
    ['hub-core', sandbox.hubCore.url],
    ['Mekari Billing', sandbox.mekariBilling.url],
    ['Moderator', sandbox.moderator.url],
    ['Database', databaseUrl],
  ];
  console.log(`\nReady in ${seconds.toFixed(1)} s. Ctrl-C stops everything; nothing is kept.\n`);
  for (const [name, address] of rows) console.log(`  ${name?.padEnd(16)}${address}`);
  const exported = COMMAND_SETTINGS.map((name) => `${name}=${environment[name]}`).join(' ');
  console.log(`\nSettings of the operators' commands (npm run orders, jobs, mails, audit, …):\n\n  export ${exported}`);
  console.log('\nTokens (Authorization: Bearer …), good for twelve hours:\n');
  for (const { organization_id: id, label, access_token: token } of tokens)
    console.log(`  ${id}  ${label}\n  ${token}\n`);
}

process.on('SIGINT', () => void stopAll(0));
process.on('SIGTERM', () => void stopAll(0));
start().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  void stopAll(1);
});
