import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { pipeline } from 'node:stream';
import { createDoorkeeper } from '../server/doorkeeper.ts';
import { send } from '../server/faulty-answer.ts';
import { html, Refusal, type Reply } from '../server/reply.ts';
import type { PageFiles } from './build-example.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageServerOptions {
  port: number;
  files: PageFiles;
  graphUrl: string;
  /** The answer of /example/config.json, tokens included. */
  config: object;
  /** The configuration for somebody of a role; undefined if there is no such role. */
  configAs?: (role: string) => Promise<object | undefined>;
  /** Host names beside this machine's own. */
  allowedHosts?: readonly string[];
}

/** Serves the example page, the graph and the statements on one origin, as a gateway would, so that it needs no CORS. */
export async function startPageServer(options: PageServerOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const admit = createDoorkeeper(options.allowedHosts ?? []);
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      if (error instanceof Refusal) send(outgoing, error.reply());
      else outgoing.destroy();
    });
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    admit(incoming.headers);
    // Not a URL parser: it throws for a target such as //, and any client may send one.
    const [path = '/'] = (incoming.url ?? '/').split('?', 1);
    if (path === '/graphql') return forward(options.graphUrl, incoming, outgoing);
    if (path.startsWith('/statements/')) return forward(besideGraph(incoming.url), incoming, outgoing);
    if (path === '/as') return send(outgoing, enterAs(incoming.url ?? ''));
    if (path !== '/example/config.json') return sendFile(options.files, path, outgoing);
    const config = (await options.configAs?.(roleOf(incoming))) ?? options.config;
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(config));
  }

  /** The target is only a path below the graph's own origin. */
  const besideGraph = (target = '') => `${new URL(options.graphUrl).origin}${target}`;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const ROLE_COOKIE = 'topup_role';

const roleOf = ({ headers }: IncomingMessage): string =>
  /(?:^|; )topup_role=([a-z]+)/.exec(headers.cookie ?? '')?.[1] ?? '';

/**
 * Opens the page as somebody, instead of a login: the role goes into a cookie, which config.json reads, and the organization where
 * the page remembers the last one. Anything else than a word and a number is left out, so that it may stand in a script.
 */
function enterAs(target: string): Reply {
  const query = new URLSearchParams(target.split('?', 2)[1]);
  const word = (name: string, form: RegExp) => form.exec(query.get(name) ?? '')?.[0] ?? '';
  const role = word('role', /^[a-z]+$/);
  const orderId = word('orderId', /^[\w-]+$/);
  const organization = word('organization', /^\d+$/);
  const view = word('view', /^[a-z]+$/);
  const address = orderId !== '' ? `/?orderId=${orderId}` : view !== '' ? `/?view=${view}` : '/';
  const script = `localStorage.setItem('topup:organization', '${organization}'); location.replace('${address}');`;
  const cookie = `${ROLE_COOKIE}=${role}; Path=/; SameSite=Lax; HttpOnly`;
  return html(200, `<!doctype html><title>Top-up</title><script>${script}</script>`, { 'set-cookie': cookie });
}

/** Forwards to the service. If either side breaks, the other one is closed. */
function forward(address: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const target = new URL(address);
  const { method, headers } = incoming;
  const forwarded = request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, outgoing, () => undefined);
  });
  forwarded.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on('close', () => forwarded.destroy());
  incoming.pipe(forwarded);
}

function sendFile(files: PageFiles, path: string, outgoing: ServerResponse): void {
  const name = path === '/' ? '/index.html' : path;
  const content = files.get(name);
  if (content === undefined) outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.');
  else outgoing.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(content);
}
