import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SlowWire {
  /** The same address, through the wire. */
  url: string;
  stop(): Promise<void>;
}

/** A wire that delays every byte from the other end by this time; bytes to it arrive at once. */
export async function startSlowWire(url: string, delayMs: number): Promise<SlowWire> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (packet) => far.write(packet));
    // Timers of one length fire in their order, so packets keep theirs.
    far.on('data', (packet) => void sleep(delayMs).then(() => near.destroyed || near.write(packet)));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((listener.address() as AddressInfo).port);
  return {
    url: through.toString(),
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
