import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose headers have arrived, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The time of the first check after the answer's headers were sent (performance.now). */
  answeredSince: number | undefined;
}

export interface Connection {
  readonly socket: Socket;
  /** Several if the client pipelines its requests. */
  readonly inFlight: Exchange[];
  /** The newest exchange, also after its end. */
  latest: Exchange | undefined;
}

/**
 * The open connections of a server, and the exchanges in flight on each.
 *
 * Nothing that outlives a request stores requests in a Map, a Set or a WeakMap. Thousands of changes a second rebuild the table
 * all the time, and the old tables keep every request alive until a full garbage collection, which stops the process once a
 * second (docs/decisions/0045).
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>();
  private acceptedCount = 0;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.acceptedCount += 1;
      this.open.set(socket, { socket, inFlight: [], latest: undefined });
      socket.once('close', () => this.open.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.open.get(request.socket);
      if (connection === undefined) return;
      const exchange = { request, response, answeredSince: undefined };
      connection.latest = exchange;
      connection.inFlight.push(exchange);
      response.once('close', () => connection.inFlight.splice(connection.inFlight.indexOf(exchange), 1));
    });
  }

  /** The number of connections since the start. */
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
