import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The wires between one server and all of its peers: once cut, it reaches nobody, as if its machine had died. */
export interface Wires {
  /** The same address, through a wire of its own. */
  through(url: string): Promise<string>;
  /**
   * Cuts before this many more packets of the server have passed, counted over all wires; resolves when the cut begins.
   */
  cutAfter(packets: number): Promise<void>;
  /**
   * Cuts for good: the server's ends break at once. Resolves when the other ends have noticed and have finished all
   * received work: nothing more will happen after that.
   */
  cut(): Promise<void>;
  /** Closes the ports after the server has stopped, so that nobody else gets a port that it still tries. */
  stop(): Promise<void>;
}

export function createWires(): Wires {
  const listeners: Server[] = [];
  const pairs = new Set<{ near: Socket; far: Socket }>();
  const cutting = Promise.withResolvers<void>();
  let isCut = false;
  let packetsLeft = Number.POSITIVE_INFINITY;

  function join(near: Socket, host: string, port: number): void {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect({ host, port, noDelay: true });
    const pair = { near: near.setNoDelay(true), far };
    pairs.add(pair);
    near.on('data', (packet) => {
      if (isCut) return;
      packetsLeft -= 1;
      if (packetsLeft < 0) void cut();
      else far.write(packet);
    });
    far.on('data', (packet) => {
      if (!isCut) near.write(packet);
    });
    near.on('close', () => far.end());
    far.on('close', () => {
      pairs.delete(pair);
      near.end();
    });
    // The peer of a broken connection is closed too.
    near.on('error', () => undefined);
    far.on('error', () => undefined);
  }

  async function cut(): Promise<void> {
    isCut = true;
    cutting.resolve();
    const ends = [...pairs].map(({ near, far }) => {
      near.destroy();
      far.end();
      return new Promise((resolve) => far.once('close', resolve));
    });
    await Promise.all(ends);
  }

  return {
    async through(url) {
      const wired = new URL(url);
      const { hostname, port } = wired;
      const listener = createServer((near) => join(near, hostname, Number(port)));
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      listeners.push(listener);
      wired.hostname = '127.0.0.1';
      wired.port = String((listener.address() as AddressInfo).port);
      // Base addresses have no slash at their end, before and after.
      return url.endsWith('/') ? wired.toString() : wired.toString().replace(/\/$/, '');
    },
    cutAfter(packets) {
      packetsLeft = packets;
      return cutting.promise;
    },
    cut,
    async stop() {
      await cut();
      const closed = listeners.map((listener) => once(listener, 'close'));
      for (const listener of listeners) listener.close();
      await Promise.all(closed);
    },
  };
}
