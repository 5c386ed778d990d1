import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose headers have arrived, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Both by performance.now(). `answeredSince`: since when the answer is ready, as far as it was noticed. */
  readonly startedAt: number;
  answeredSince: number | undefined;
  /** The memory that the request (headers and body) and the unsent answer take. */
  readonly held: Record<Held, number>;
}

export type Held = 'body' | 'answer';

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
  private inFlightCount = 0;
  private readonly held: Record<Held, number> = { body: 0, answer: 0 };

  /** `onRequest` runs before every other listener of the server. */
  constructor(server: Server, onRequest: (connection: Connection) => void = () => undefined) {
    server.on('connection', (socket: Socket) => {
      this.acceptedCount += 1;
      const connection: Connection = { socket, inFlight: [], latest: undefined };
      this.open.set(socket, connection);
      socket.once('close', () => {
        this.open.delete(socket);
        // An answer that waits behind another one of its connection is not closed with it.
        for (const exchange of [...connection.inFlight]) this.end(connection, exchange);
      });
    });
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.open.get(request.socket);
      // The rest of one read arrives after its connection was closed.
      if (connection === undefined || connection.socket.destroyed) return;
      const held = { body: 0, answer: 0 };
      const exchange = { request, response, startedAt: performance.now(), answeredSince: undefined, held };
      connection.latest = exchange;
      connection.inFlight.push(exchange);
      this.inFlightCount += 1;
      response.once('close', () => this.end(connection, exchange));
      onRequest(connection);
    });
  }

  private end({ inFlight }: Connection, exchange: Exchange): void {
    const index = inFlight.indexOf(exchange);
    if (index === -1) return;
    inFlight.splice(index, 1);
    this.inFlightCount -= 1;
    this.release(exchange, 'body');
    this.release(exchange, 'answer');
  }

  /** Counts memory to an exchange until it ends. Returns the sum over all exchanges. */
  hold(exchange: Exchange, kind: Held, bytes: number): number {
    exchange.held[kind] += bytes;
    this.held[kind] += bytes;
    return this.held[kind];
  }

  /** Stops counting memory that is about to be freed. Returns the sum over all other exchanges. */
  release(exchange: Exchange, kind: Held): number {
    this.held[kind] -= exchange.held[kind];
    exchange.held[kind] = 0;
    return this.held[kind];
  }

  /** The number of connections since the start. */
  get accepted(): number {
    return this.acceptedCount;
  }

  /** The number of exchanges in flight. */
  get exchanges(): number {
    return this.inFlightCount;
  }

  get size(): number {
    return this.open.size;
  }

  of(socket: unknown): Connection | undefined {
    return this.open.get(socket as Socket);
  }

  /** Returns undefined for a request whose connection is closed. */
  exchangeOf(request: IncomingMessage): Exchange | undefined {
    return this.open.get(request.socket)?.inFlight.find((exchange) => exchange.request === request);
  }

  /** Notes that the client has read on: the time for its answer begins anew. */
  restartAnswer(request: IncomingMessage): void {
    const exchange = this.exchangeOf(request);
    if (exchange !== undefined) exchange.answeredSince = performance.now();
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.open.values();
  }
}
