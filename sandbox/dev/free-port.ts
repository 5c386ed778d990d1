import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** The preferred port where nobody has it, else one that the system gives. */
export async function freePort(preferred = 0): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return freePort(0);
  } finally {
    server.close();
  }
}
