import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { createMailer } from '../../../src/clients/mailer.ts';

const running: SMTPServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await new Promise<void>((resolve) => server.close(resolve));
});

async function mailer(options: SMTPServerOptions, from = 'Qontak <topup@qontak.example.test>') {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      stream.on('end', () => {
        received.push(text);
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  running.push(server);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const smtpUrl = `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return { received, ...createMailer({ smtpUrl, from, timeoutMs: 10_000 }) };
}

const MAIL = {
  to: { name: 'Siti', address: 'siti@buyer.test' },
  subject: 's',
  html: '<p>h</p>',
  text: 't',
  id: 'TU-1.x',
};
const never = new AbortController().signal;
const refusal = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

test('a mail says that it is automatic, and its Message-ID is under the domain of the sender', async () => {
  const { received, send } = await mailer({});
  await send(MAIL, never);
  expect(received[0]).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(received[0]).toMatch(/^Message-ID: <TU-1\.x@qontak\.example\.test>\r$/m);
});

test.each([
  ['RCPT', 550, 'rejected'],
  ['RCPT', 451, 'unavailable'],
  ['DATA', 554, 'rejected'],
  ['DATA', 452, 'unavailable'],
  // The server refuses us, not the recipient.
  ['MAIL', 550, 'unavailable'],
] as const)('a refusal of %s with %i is %s', async (step, code, kind) => {
  const refuse = (at: string) => (at === step ? refusal(code) : null);
  const { send } = await mailer({
    onMailFrom: (_address, _session, done) => done(refuse('MAIL')),
    onRcptTo: (_address, _session, done) => done(refuse('RCPT')),
    onData: (stream, _session, done) => void stream.on('end', () => done(refuse('DATA'))).resume(),
  });
  await expect(send(MAIL, never)).rejects.toMatchObject({ kind, status: code, reason: `it answered ${code}` });
});

test('a stop ends a mail that the server never answers', async () => {
  const reached = Promise.withResolvers<void>();
  const { send } = await mailer({ onRcptTo: () => reached.resolve() });
  const stopping = new AbortController();
  const sent = send(MAIL, stopping.signal);
  await reached.promise;
  stopping.abort();
  await expect(sent).rejects.toMatchObject({ kind: 'unavailable' });
}, 20_000);
