import { startWire } from './wire.ts';

export interface SqlWire {
  /** Of the same database, through the wire. */
  url: string;
  /** The statements that were run since the last clear, in order. */
  statements(): string[];
  clear(): void;
  stop(): Promise<void>;
}

/** Of PostgreSQL's frontend messages, the only ones before which no type stands are those that open a connection. */
const PROTOCOL_3 = 196_608;
const HEADER_BYTES = 5;

/**
 * A wire to PostgreSQL that writes down every statement of one application's connections: simple queries, and executions of
 * prepared ones. Without TLS alone, which would hide them.
 */
export async function startSqlWire(databaseUrl: string, applicationName: string): Promise<SqlWire> {
  const url = new URL(databaseUrl);
  let statements: string[] = [];
  const wire = await startWire(Number(url.port), {
    watch: () => readMessages(applicationName, (statement) => statements.push(statement)),
  });
  url.port = String(wire.port);
  return {
    url: url.toString(),
    statements: () => [...statements],
    clear() {
      statements = [];
    },
    stop: wire.stop,
  };
}

/** For one connection: packets in, statements out. A packet may hold several messages, or a part of one. */
function readMessages(applicationName: string, onStatement: (statement: string) => void): (packet: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isOpen = false;
  let isWatched = false;
  const parsed = new Map<string, string>();
  let bound = '';

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
    if (type === 'B') bound = parsed.get(second) ?? '';
    if (isWatched && type === 'Q') onStatement(first);
    if (isWatched && type === 'E') onStatement(bound);
    rest = rest.subarray(end);
    return true;
  }

  return (packet) => {
    rest = Buffer.concat([rest, packet]);
    while (isOpen ? message() : open());
  };
}
