import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { reachable } from '../server/listener.ts';

/** The treatment of one mail: accepted (250), refused with a code, never answered, answered for ever, or the connection broken. */
export type Verdict = 'accept' | 'hang' | 'drip' | 'drop' | { status: number; message: string };

/** The steps of the dialogue. */
export interface Dialogue {
  greet(): Promise<void>;
  offerTo(address: string): Promise<Verdict>;
  receive(raw: Buffer, envelope: Envelope): Promise<Verdict>;
}

export interface Envelope {
  from: string;
  to: string[];
}

/** SMTP on loopback, without TLS and without a log-in. */
export interface SmtpListener {
  readonly url: string;
  /** Stops listening and destroys the open connections. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

const DRIP_MS = 1000;
const SIZE_LIMIT_BYTES = 20 * 1024 * 1024;

function envelopeOf({ envelope }: SMTPServerSession): Envelope {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { from, to: envelope.rcptTo.map(({ address }) => address) };
}

export async function listenSmtp(host: string, wantedPort: number, dialogue: Dialogue): Promise<SmtpListener> {
  const sockets = new Set<Socket>();
  /** Creates a new SMTPServer each time, because a closed one cannot listen again. */
  const open = (port: number) => listening(createServer(dialogue, sockets), host, port);
  let server: SMTPServer | undefined = await open(wantedPort);
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${reachable(host)}:${port}`,
    async refuse() {
      const closing = server;
      if (closing === undefined) return;
      server = undefined;
      const closed = new Promise<void>((resolve) => closing.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async accept() {
      server ??= await open(port);
    },
  };
}

/** Keeps its open connections in `sockets`. */
function createServer(dialogue: Dialogue, sockets: Set<Socket>): SMTPServer {
  const answer = createAnswer(sockets);
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: SIZE_LIMIT_BYTES,
    onConnect(_session, callback) {
      dialogue.greet().then(() => callback(), callback);
    },
    onRcptTo({ address }, session, callback) {
      dialogue.offerTo(address).then((verdict) => answer(verdict, session, callback), callback);
    },
    onData(stream, session, callback) {
      read(stream)
        .then((raw) => dialogue.receive(raw, envelopeOf(session)))
        .then((verdict) => answer(verdict, session, callback), callback);
    },
  });
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return server;
}

function listening(server: SMTPServer, host: string, port: number): Promise<SMTPServer> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // A client may disconnect at any time.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Callback = (error?: Error | null) => void;

/** Returns a function that carries a verdict out: by the library's callback, or past it on the session's connection. */
function createAnswer(sockets: ReadonlySet<Socket>) {
  const socketsOf = ({ remotePort }: SMTPServerSession) =>
    [...sockets].filter((socket) => socket.remotePort === remotePort);

  /** Begins a reply of many lines, and never ends its first one. */
  function drip(session: SMTPServerSession): void {
    for (const socket of socketsOf(session)) {
      socket.write('250-');
      const timer = setInterval(() => socket.write('.'), DRIP_MS);
      socket.once('close', () => clearInterval(timer));
    }
  }

  return (verdict: Verdict, session: SMTPServerSession, callback: Callback): void => {
    if (verdict === 'accept') callback();
    else if (verdict === 'drop') for (const socket of socketsOf(session)) socket.destroy();
    else if (verdict === 'drip') drip(session);
    else if (verdict !== 'hang') callback(Object.assign(new Error(verdict.message), { responseCode: verdict.status }));
  };
}
