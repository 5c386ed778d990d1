import type { Transporter } from 'nodemailer';
import { counted, type OnCall } from './counted.ts';
import { UpstreamError } from './upstream-error.ts';

export interface Mail {
  to: { name: string; address: string };
  subject: string;
  html: string;
  text: string;
  /** Every repeat of one mail has the same id, by which a mailbox recognizes it. */
  messageId: string;
}

export interface Mailer {
  /** Resolves once the mail server has accepted the mail. Throws UpstreamError. */
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
      // The server's text may repeat the address, so only the kind of failure goes on.
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

/** Loads nodemailer with the first mail, so that the start does not wait for it. */
async function connect({ smtpUrl, from, timeoutMs }: MailerOptions): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  return createTransport({ url: smtpUrl, pool: true, maxConnections: 2, ...times }, { from });
}
