import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose headers are there (until then it is none, and may never become one), and the answer to it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When the answer was first seen to be on its way (performance.now). */
  answeredSince: number | undefined;
}

export interface Connection {
  readonly socket: Socket;
  /** More than one where a client does not wait for its answers. */
  readonly underWay: Exchange[];
  /** The one that came last, also when it is over. */
  latest: Exchange | undefined;
}

/**
 * The open connections of a server, and what is under way on each.
 *
 * Nothing here, and nothing else that outlives a request, keeps requests in a Map, a Set or a WeakMap: where they come and go
 * thousands of times a second, its table is made anew all the time, the old one holds what it held, and the collector of young
 * objects takes that for alive. Every request would stay until the whole heap is collected, once a second, for everybody to
 * wait for (docs/decisions/0045).
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>();
  private acceptedCount = 0;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.acceptedCount += 1;
      this.open.set(socket, { socket, underWay: [], latest: undefined });
      socket.once('close', () => this.open.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.open.get(request.socket);
      if (connection === undefined) return;
      const exchange = { request, response, answeredSince: undefined };
      connection.latest = exchange;
      connection.underWay.push(exchange);
      response.once('close', () => connection.underWay.splice(connection.underWay.indexOf(exchange), 1));
    });
  }

  /** How many there ever were. */
  get accepted(): number {
    return this.acceptedCount;
  }

  get size(): number {
    return this.open.size;
  }

  of(socket: unknown): Connection | undefined {
    return this.open.get(socket as Socket);
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.open.values();
  }
}
