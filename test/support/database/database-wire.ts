import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way from the replicas to their database: a name that can point elsewhere, and connections that can go silent. */
export interface DatabaseWire {
  /** The address of the database, through this wire. */
  url: string;
  /** Points new connections to another server. Open ones stay where they are. */
  pointTo(databaseUrl: string): void;
  /** Stops all bytes of the open connections for good, and closes none: their server vanished without a word. */
  silence(): void;
  /** Lets new connections through, or accepts them and stays silent. */
  setOpen(isOpen: boolean): void;
  stop(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket | undefined;
  isSilent: boolean;
}

export async function startDatabaseWire(databaseUrl: string): Promise<DatabaseWire> {
  let target = new URL(databaseUrl);
  let isOpen = true;
  const pairs = new Set<Pair>();

  const listener = createServer((near) => {
    const far = isOpen ? connect({ host: target.hostname, port: Number(target.port), noDelay: true }) : undefined;
    const pair: Pair = { near: near.setNoDelay(true), far, isSilent: !isOpen };
    pairs.add(pair);
    pass(pair, near, far);
    near.on('close', () => {
      pairs.delete(pair);
      far?.destroy();
    });
    if (far !== undefined) pass(pair, far, near);
    far?.on('close', () => {
      // A vanished host says no goodbye.
      if (!pair.isSilent) near.destroy();
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const url = new URL(databaseUrl);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.toString(),
    pointTo(other) {
      target = new URL(other);
    },
    silence() {
      for (const pair of pairs) pair.isSilent = true;
    },
    setOpen(value) {
      isOpen = value;
    },
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      for (const { near } of pairs) near.destroy();
      await closed;
    },
  };
}

function pass(pair: Pair, from: Socket, to: Socket | undefined): void {
  from.on('data', (bytes) => {
    if (!pair.isSilent) to?.write(bytes);
  });
  // The close follows.
  from.on('error', () => undefined);
}
