import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Below those that systems give to who connects or asks for any port: a server may take seconds until it listens, and on a busy
 * machine somebody would have got its port by then.
 */
const somePort = () => randomInt(20_000, 30_000);

/** The preferred port where nobody has it, else another that nobody has. */
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
