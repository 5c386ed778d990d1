import { readFile } from 'node:fs/promises';
import { createServer, request, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the example page and the graph on one origin, as a gateway would, so that it needs no CORS. */
export async function startPageServer(options: {
  port: number;
  directory: string;
  graphUrl: string;
  config: object;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://page');
    if (pathname === '/graphql') {
      const target = new URL(options.graphUrl);
      const { method, headers } = incoming;
      const forwarded = request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.writeHead(502).end());
      incoming.pipe(forwarded);
    } else if (pathname === '/example/config.json') {
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(options.config));
    } else void sendFile(options.directory, pathname, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${options.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function sendFile(directory: string, pathname: string, outgoing: ServerResponse): Promise<void> {
  const file = normalize(join(directory, pathname === '/' ? 'index.html' : pathname));
  try {
    if (!file.startsWith(directory)) throw new Error('outside');
    const content = await readFile(file);
    outgoing.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content);
  } catch {
    outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.');
  }
}
