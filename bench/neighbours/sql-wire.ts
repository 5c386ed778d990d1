import { startWire } from './wire.ts';

export interface Executed {
  /** Connections are counted from 1 in the order of their opening. */
  connection: number;
  /** Statements of one connection with the same number were sent without waiting for an answer in between. */
  trip: number;
  statement: string;
  /** The values as text, in the form of the protocol; null is null. */
  values: readonly (string | null)[];
}

export interface SqlWire {
  /** The URL of the same database through the wire. */
  url: string;
  /** The statements since the last clear, in order. */
  executed(): Executed[];
  /** The texts of these statements. */
  statements(): string[];
  clear(): void;
  stop(): Promise<void>;
}

/** Only the messages that open a connection have no type byte in PostgreSQL's frontend protocol. */
const PROTOCOL_3 = 196_608;
const HEADER_BYTES = 5;

/**
 * Proxies PostgreSQL and records every statement of one application's connections: simple queries, and executions of
 * prepared ones with their values. Works without TLS only, which would hide them.
 */
export async function startSqlWire(databaseUrl: string, applicationName: string): Promise<SqlWire> {
  const url = new URL(databaseUrl);
  let executed: Executed[] = [];
  let connections = 0;
  const wire = await startWire(Number(url.port), {
    watch() {
      connections += 1;
      const connection = connections;
      let trip = 0;
      const sent = readMessages(applicationName, (each) => executed.push({ connection, trip, ...each }));
      return {
        sent,
        answered() {
          trip += 1;
        },
      };
    },
  });
  url.port = String(wire.port);
  return {
    url: url.toString(),
    executed: () => [...executed],
    statements: () => executed.map(({ statement }) => statement),
    clear() {
      executed = [];
    },
    stop: wire.stop,
  };
}

type Statement = Pick<Executed, 'statement' | 'values'>;

/** Parses one connection: packets in, statements out. A packet may hold several messages, or a part of one. */
function readMessages(applicationName: string, onExecuted: (each: Statement) => void): (packet: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isOpen = false;
  let isWatched = false;
  const parsed = new Map<string, string>();
  let bound: Statement = { statement: '', values: [] };

  function open(): boolean {
    if (rest.length < 8) return false;
    const length = rest.readInt32BE(0);
    if (rest.length < length) return false;
    if (rest.readInt32BE(4) === PROTOCOL_3) {
      isOpen = true;
      const facts = rest.toString('utf8', 8, length).split('\0');
      isWatched = facts[facts.indexOf('application_name') + 1] === applicationName;
    }
    rest = rest.subarray(length);
    return true;
  }

  function message(): boolean {
    if (rest.length < HEADER_BYTES) return false;
    const end = 1 + rest.readInt32BE(1);
    if (rest.length < end) return false;
    const type = String.fromCharCode(rest[0] ?? 0);
    const [first = '', second = ''] = rest.toString('utf8', HEADER_BYTES, end).split('\0', 2);
    if (type === 'P') parsed.set(first, second);
    if (type === 'B') {
      const names = Buffer.byteLength(first) + Buffer.byteLength(second) + 2;
      bound = { statement: parsed.get(second) ?? '', values: valuesOf(rest.subarray(HEADER_BYTES + names, end)) };
    }
    if (isWatched && type === 'Q') onExecuted({ statement: first, values: [] });
    if (isWatched && type === 'E') onExecuted(bound);
    rest = rest.subarray(end);
    return true;
  }

  return (packet) => {
    rest = Buffer.concat([rest, packet]);
    while (isOpen ? message() : open());
  };
}

/** Reads the values of a Bind message behind its two names: the formats, then a length and the bytes of each value. */
function valuesOf(bind: Buffer): (string | null)[] {
  const formats = bind.readInt16BE(0);
  let at = 2 + 2 * formats;
  const count = bind.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = bind.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return bind.toString('utf8', at - length, at);
  });
}
