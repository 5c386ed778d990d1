import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createDoorkeeper } from '../server/doorkeeper.ts';
import { send } from '../server/faulty-answer.ts';
import { Refusal } from '../server/reply.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageServerOptions {
  port: number;
  directory: string;
  graphUrl: string;
  /** The answer of /example/config.json, tokens included. */
  config: object;
  /** Host names beside this machine's own. */
  allowedHosts?: readonly string[];
}

/** Serves the example page and the graph on one origin, as a gateway would, so that it needs no CORS. */
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
    if (path !== '/example/config.json') return sendFile(options.directory, path, outgoing);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(options.config));
  }

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

/** Forwards to the graph. If either side breaks, the other one is closed. */
function forward(graphUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const target = new URL(graphUrl);
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

async function sendFile(directory: string, path: string, outgoing: ServerResponse): Promise<void> {
  const file = normalize(join(directory, path === '/' ? 'index.html' : path));
  try {
    if (!file.startsWith(directory + sep)) throw new Error('outside');
    const content = await readFile(file);
    outgoing.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content);
  } catch {
    outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.');
  }
}
