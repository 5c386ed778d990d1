import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server that can stop and listen again on the same port. */
export interface Listener {
  readonly url: string;
  /** Stops listening and destroys the open sockets, so that new connections are refused. */
  refuse(): Promise<void>;
  /** Listens again on the same port. Does nothing if it already listens. */
  accept(): Promise<void>;
}

/** Exceeds every client's idle timeout, so that no reuse races with a close from this side. */
const KEEP_ALIVE_MS = 120_000;

/** Returns an address that this machine reaches: 0.0.0.0 listens on every interface, and names none. */
export const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host);

export async function listen(handler: RequestListener, host: string, wantedPort: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, handler);

  const open = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });

  await open(wantedPort);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${reachable(host)}:${port}`,
    refuse: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    accept: () => (server.listening ? Promise.resolve() : open(port)),
  };
}
