import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** The treatment of one mail: accepted (250), refused with a code, never answered, or the connection broken. */
export type Verdict = 'accept' | 'hang' | 'drop' | { status: number; message: string };

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

const SIZE_LIMIT_BYTES = 20 * 1024 * 1024;

function envelopeOf({ envelope }: SMTPServerSession): Envelope {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  return { from, to: envelope.rcptTo.map(({ address }) => address) };
}

export async function listenSmtp(
  host: string,
  wantedPort: number,
  receive: (raw: Buffer, envelope: Envelope) => Promise<Verdict>,
): Promise<SmtpListener> {
  const sockets = new Set<Socket>();

  async function onData(stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<Verdict> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return receive(Buffer.concat(chunks), envelopeOf(session));
  }

  function breakConnection({ remotePort }: SMTPServerSession): void {
    for (const socket of sockets) if (socket.remotePort === remotePort) socket.destroy();
  }

  /** Creates a new SMTPServer each time, because a closed one cannot listen again. */
  function open(port: number): Promise<SMTPServer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: SIZE_LIMIT_BYTES,
      onData(stream, session, callback) {
        onData(stream, session).then((verdict) => {
          if (verdict === 'accept') callback();
          else if (verdict === 'drop') breakConnection(session);
          else if (verdict !== 'hang')
            callback(Object.assign(new Error(verdict.message), { responseCode: verdict.status }));
        }, callback);
      },
    });
    server.server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
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

  let server: SMTPServer | undefined = await open(wantedPort);
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${host}:${port}`,
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
