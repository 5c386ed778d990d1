/**
 * `npm run dev` runs everything on one machine and starts empty each time: an embedded PostgreSQL, the sandbox neighbours,
 * migrations, catalogue, flags, the built server as a process, the example page, a gateway with GraphiQL in front of it and of
 * the organizations subgraph, and the desk, which leads to all of them. Ctrl-C stops all of it. A SIGKILL ends the server and the
 * database too, because both watch this process.
 */
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startDesk } from './desk/desk.ts';
import { isRole, type People, type RoleName } from './desk/people.ts';
import { addressesOf, deskLinks } from './dev/addresses.ts';
import { announce } from './dev/announce.ts';
import { buildExample } from './dev/build-example.ts';
import { freePort } from './dev/free-port.ts';
import { startLocalProduct } from './dev/local-product.ts';
import { startPageServer } from './dev/page-server.ts';
import { openServerLog } from './dev/server-log.ts';
import { developmentPorts, type SandboxPorts } from './index.ts';
import { startSupergraph } from './supergraph/supergraph.ts';

const root = join(import.meta.dirname, '..', '..');

/** Names beside this machine's own, such as that of a tunnel: no other page may reach these servers, which hand out tokens. */
const allowedHosts = (process.env['ALLOWED_HOSTS'] ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter(Boolean);

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
  const seconds = () => (performance.now() - startedAt) / 1000;
  const report = (step: string) => console.log(`  ${seconds().toFixed(1).padStart(5)} s  ${step}`);
  console.log('Starting self top-up on this machine.\n');
  const port = await freePort(Number(process.env['PORT'] ?? 4000));
  const [pagePort, gatewayPort, deskPort] = [await freePort(4001), await freePort(4002), await freePort(4100)];
  const pageUrl = `http://127.0.0.1:${pagePort}`;
  // The port is in the path, so that two at once have a log each.
  const log = openServerLog(join(tmpdir(), `self-topup-${basename(root)}-${process.getuid?.() ?? 0}-${port}.log`));
  stops.push(log.close);
  const exampleBuilt = buildExample(root).then((files) => {
    report('the top-up page is built');
    return files;
  });
  const { url, sandbox, tokens, environment } = await startLocalProduct({
    root,
    port,
    ports: await sandboxPorts(),
    allowedHosts,
    returnUrl: `${pageUrl}/`,
    logLevel: process.env['LOG_LEVEL'] ?? 'info',
    stops,
    report,
    onLogLine: log.take,
    onEnd(code) {
      if (!stopping) console.error(`\nThe server ended by itself. The end of its log, ${log.path}:\n\n${log.tail()}`);
      void stopAll(code ?? 1);
    },
  });
  if (stopping) return;
  const desk = await startDesk({ root, port: deskPort, sandbox, allowedHosts });
  stops.push(desk.stop);
  log.follow(desk.happenings.log);
  const gateway = await startSupergraph({
    port: gatewayPort,
    root,
    graphUrl: `${url}/graphql`,
    hubCore: sandbox.hubCore,
    token: (query) => tokenFor(desk.people, query),
    allowedHosts,
  });
  stops.push(gateway.stop);
  report('gateway and desk are open');
  const page = await startPageServer({
    port: pagePort,
    files: await exampleBuilt,
    graphUrl: `${url}/graphql`,
    allowedHosts,
    config: await pageConfig(desk.people, 'buyer', sandbox.mail.url),
    configAs: async (role) => (isRole(role) ? pageConfig(desk.people, role, sandbox.mail.url) : undefined),
  });
  stops.push(page.stop);
  const started = { url, pageUrl, gatewayUrl: gateway.url, deskUrl: desk.url, sandbox, environment, logFile: log.path };
  desk.link(deskLinks(started));
  announce({ ...started, addresses: addressesOf(started), tokens, seconds: seconds() });
}

async function tokenFor(people: People, query: URLSearchParams): Promise<string> {
  const role = query.get('role') ?? '';
  return people.token(isRole(role) ? role : 'buyer', query.get('organization') ?? '1001');
}

/** Somebody of this role in each organization, instead of a login. */
async function pageConfig(people: People, role: RoleName, mailboxUrl: string) {
  const organizations = people
    .organizations()
    .map(async ({ id, name }) => ({ id, name, token: await people.token(role, id) }));
  return { role, organizations: await Promise.all(organizations), mailboxUrl };
}

process.on('SIGINT', () => void stopAll(0));
process.on('SIGTERM', () => void stopAll(0));
start().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  void stopAll(1);
});
