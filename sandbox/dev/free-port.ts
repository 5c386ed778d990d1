import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Picks a port below the ephemeral range: a server may take seconds until it listens, and the system could assign an ephemeral
 * port meanwhile.
 */
function somePort(): number {
  const port = randomInt(20_000, 30_000);
  if (chosen.has(port)) return somePort();
  chosen.add(port);
  return port;
}

/** A server that was given one of these may not listen yet. */
const chosen = new Set<number>();

/** Returns the preferred port if it is free, else another free one, and that only once in this process. */
export async function freePort(preferred = somePort()): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return freePort();
  } finally {
    server.close();
  }
}
