import nodemailer from 'nodemailer';
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

export function createMailer(options: { smtpUrl: string; from: string; timeoutMs: number }): Mailer {
  const transport = nodemailer.createTransport(
    {
      url: options.smtpUrl,
      pool: true,
      maxConnections: 2,
      connectionTimeout: options.timeoutMs,
      greetingTimeout: options.timeoutMs,
      socketTimeout: options.timeoutMs,
    },
    { from: options.from },
  );
  return {
    async send(mail) {
      try {
        await transport.sendMail(mail);
      } catch (error) {
        // The server's words may repeat the address: keep only what kind of failure it was.
        const { responseCode, code } = error as { responseCode?: number; code?: string };
        const refusedForGood = responseCode !== undefined && responseCode >= 500;
        const reason = responseCode === undefined ? (code ?? 'no connection') : `it answered ${responseCode}`;
        throw new UpstreamError('mail', refusedForGood ? 'rejected' : 'unavailable', reason, responseCode);
      }
    },
    close: () => transport.close(),
  };
}
