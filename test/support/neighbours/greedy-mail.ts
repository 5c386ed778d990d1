import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

export interface GreedyMail {
  /** The URL without name and password. */
  host: string;
  /** The addresses of the accepted mails. */
  readonly taken: readonly string[];
  /** Refuses recipients from now on; the answer repeats the recipient, the reason and the login. */
  refuse(): void;
  accept(): void;
  stop(): Promise<void>;
}

/** A mail server that requires a login, and repeats everything that it knows in its refusals. */
export async function startGreedyMail(): Promise<GreedyMail> {
  const taken: string[] = [];
  let refusing = false;
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => done(null, { user: `${username} ${password}` }),
    onRcptTo({ address }, { user }, done) {
      if (!refusing) return done();
      done(Object.assign(new Error(`no mailbox <${address}> for ${user}`), { responseCode: 550 }));
    },
    onData(stream, { envelope }, done) {
      taken.push(...envelope.rcptTo.map(({ address }) => address));
      stream.on('end', () => done()).resume();
    },
  });
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return {
    host: `127.0.0.1:${address.port}`,
    taken,
    refuse() {
      refusing = true;
    },
    accept() {
      refusing = false;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
