import { domainToASCII } from 'node:url';
import type { Transporter } from 'nodemailer';
import addressparser from 'nodemailer/lib/addressparser';
import { counted, type OnCall } from './counted.ts';
import { UpstreamError } from './upstream-error.ts';

export interface Mail {
  to: { name: string; address: string };
  subject: string;
  html: string;
  text: string;
  /** Every repeat of one mail has the same id, by which a mailbox recognizes it: the Message-ID before our domain. */
  id: string;
}

export interface Mailer {
  /**
   * Resolves once the mail server has accepted the mail. Throws UpstreamError, after `timeoutMs` at the latest. When `stopping`
   * aborts, a mail in flight gets GRACE_MS more: cut off after its text, it may be accepted all the same.
   */
  send(mail: Mail, stopping: AbortSignal): Promise<void>;
  close(): void;
}

export interface MailerOptions {
  smtpUrl: string;
  from: string;
  /**
   * Bounds one mail, from the connection to the final answer. It is minutes (RFC 5321 4.5.3.2): a server may greet late, and check
   * a mail for long before it accepts it. A shorter bound would repeat mails that are accepted.
   */
  timeoutMs: number;
  onCall?: OnCall;
}

const NEIGHBOUR = 'mail';
/** Less than the time that a stop may take (app/serve.ts). */
const GRACE_MS = 5000;

interface SmtpError {
  responseCode?: number;
  code?: string;
  command?: string;
  permanent?: boolean;
}

/** RFC 3834: nobody's out-of-office notice answers such a mail. */
const automatic = (messageId: string) => ({ messageId, headers: { 'Auto-Submitted': 'auto-generated' } });

/** The domain of the sender, under which our Message-IDs are unique. */
function domainOf(from: string): string {
  const [sender] = addressparser(from, { flatten: true });
  return domainToASCII(sender?.address.split('@').at(-1) ?? '') || 'self-topup.invalid';
}

export function createMailer(options: MailerOptions): Mailer {
  const domain = domainOf(options.from);
  let transport: Promise<Transporter> | undefined;

  async function send(mail: Mail, signal: AbortSignal): Promise<void> {
    try {
      transport ??= connect(options).catch((error) => {
        transport = undefined;
        throw error;
      });
      const { id, ...rest } = mail;
      await (await transport).sendMail({ ...rest, ...automatic(`<${id}@${domain}>`), signal });
    } catch (error) {
      // The server's text may repeat the address, so only the kind of failure goes on.
      const { responseCode, code, command, permanent } = error as SmtpError;
      // A refusal at any other step concerns us, not the recipient.
      const refusedForGood = permanent === true && (command === 'RCPT TO' || command === 'DATA');
      const reason = responseCode === undefined ? (code ?? 'no connection') : `it answered ${responseCode}`;
      throw new UpstreamError(NEIGHBOUR, refusedForGood ? 'rejected' : 'unavailable', reason, responseCode);
    }
  }

  return {
    send: (mail, stopping) =>
      counted(NEIGHBOUR, options.onCall, () => withDeadline(options.timeoutMs, stopping, (end) => send(mail, end))),
    close: () =>
      void transport?.then(
        (connected) => connected.close(),
        () => undefined,
      ),
  };
}

/** Connects to the mail server, greets it and signs in, and sends no mail. Throws the reason, after `timeoutMs` at the latest. */
export async function greetMailServer(options: MailerOptions): Promise<void> {
  const transport = await connect(options);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

/** Ends `run` by its signal: after this time, or GRACE_MS after `stopping`. Bytes that drip in never stop it. */
async function withDeadline<T>(timeoutMs: number, stopping: AbortSignal, run: (end: AbortSignal) => Promise<T>) {
  const end = new AbortController();
  const timers = [setTimeout(() => end.abort(), timeoutMs)];
  const onStop = () => void timers.push(setTimeout(() => end.abort(), GRACE_MS));
  stopping.addEventListener('abort', onStop);
  try {
    return await run(end.signal);
  } finally {
    stopping.removeEventListener('abort', onStop);
    for (const timer of timers) clearTimeout(timer);
  }
}

/**
 * Loads nodemailer with the first mail, so that the start does not wait for it. Each mail has a connection of its own: a pool of
 * nodemailer repeats a mail, up to five times, if its connection breaks before the answer.
 */
async function connect({ smtpUrl, from, timeoutMs }: MailerOptions): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  return createTransport({ url: smtpUrl, ...times }, { from });
}
