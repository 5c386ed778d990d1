import type { Transporter } from 'nodemailer';
import { counted, type OnCall } from './counted.ts';
import { UpstreamError } from './upstream-error.ts';

export interface Mail {
  to: { name: string; address: string };
  subject: string;
  html: string;
  text: string;
  /** The same for every repeat of one mail, so that a mailbox can tell a repeat. */
  messageId: string;
}

export interface Mailer {
  /** Resolves once the mail server has taken it. Throws UpstreamError. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

export interface MailerOptions {
  smtpUrl: string;
  from: string;
  timeoutMs: number;
  onCall?: OnCall;
}

const NEIGHBOUR = 'mail';

export function createMailer(options: MailerOptions): Mailer {
  let transport: Promise<Transporter> | undefined;

  async function send(mail: Mail): Promise<void> {
    try {
      transport ??= connect(options).catch((error) => {
        transport = undefined;
        throw error;
      });
      await (await transport).sendMail(mail);
    } catch (error) {
      // The server's words may repeat the address: keep only what kind of failure it was.
      const { responseCode, code } = error as { responseCode?: number; code?: string };
      const refusedForGood = responseCode !== undefined && responseCode >= 500;
      const reason = responseCode === undefined ? (code ?? 'no connection') : `it answered ${responseCode}`;
      throw new UpstreamError(NEIGHBOUR, refusedForGood ? 'rejected' : 'unavailable', reason, responseCode);
    }
  }

  return {
    send: (mail) => counted(NEIGHBOUR, options.onCall, () => send(mail)),
    close: () =>
      void transport?.then(
        (connected) => connected.close(),
        () => undefined,
      ),
  };
}

/** With the first mail: the start does not wait for what sends it. */
async function connect({ smtpUrl, from, timeoutMs }: MailerOptions): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  return createTransport({ url: smtpUrl, pool: true, maxConnections: 2, ...times }, { from });
}
