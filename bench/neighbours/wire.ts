import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  port: number;
  stop(): Promise<void>;
}

export interface WireOptions {
  /** How long every packet of an answer is held back. */
  delayMs?: number;
  /** Called for each connection; what it gives back sees what the client sends, and hears when it is answered. */
  watch?: () => { sent(packet: Buffer): void; answered(): void };
}

/** A port of our own before another's on this machine, which passes everything on. */
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
      // Who breaks a connection closes it too.
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
