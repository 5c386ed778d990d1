import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  port: number;
  stop(): Promise<void>;
}

export interface WireOptions {
  /** Delays every packet of an answer by this time. */
  delayMs?: number;
  /** Called for each connection; the returned observer gets the client's packets and a signal at each answer. */
  watch?: () => { sent(packet: Buffer): void; answered(): void };
}

/** Listens on a port of our own and passes everything on to another port of this machine. */
export async function startWire(targetPort: number, { delayMs = 0, watch }: WireOptions): Promise<Wire> {
  const ends = new Set<Socket>();

  function join(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    const see = watch?.();
    near.setNoDelay(true);
    near.on('data', (packet: Buffer) => {
      see?.sent(packet);
      far.write(packet);
    });
    far.on('data', (packet: Buffer) => {
      see?.answered();
      if (delayMs === 0) near.write(packet);
      else setTimeout(() => near.destroyed || near.write(packet), delayMs);
    });
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      // The peer of a broken connection is closed too.
      end.on('error', () => undefined);
      end.on('close', () => {
        ends.delete(end);
        other.end();
      });
    }
  }

  const server = createServer(join);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const end of ends) end.destroy();
      await closed;
    },
  };
}
