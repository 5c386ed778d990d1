import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { LoggedRequest, RequestLog } from '../server/request-log.ts';
import type { MailFault, MailFaultQueue } from './mail-faults.ts';
import type { Mailbox } from './mailbox.ts';
import { parseMessage } from './message.ts';
import type { Dialogue, Verdict } from './smtp-listener.ts';

interface Parts {
  clock: Clock;
  mailbox: Mailbox;
  faults: MailFaultQueue;
  /** Logs every offered mail, also a refused one. */
  offers: RequestLog;
}

/** Answers each step of SMTP as the faults say, and puts accepted mails into the mailbox. */
export function createDialogue({ clock, mailbox, faults, offers }: Parts): Dialogue {
  return {
    async greet() {
      const fault = faults.take('greeting', ['']);
      if (fault !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
    },
    async offerTo(address) {
      const fault = faults.take('rcpt', [address]);
      if (fault === undefined) return 'accept';
      const offer = offers.add({ method: 'RCPT', path: address, headers: {}, body: null });
      return (await failureOf(fault, offer)) ?? 'accept';
    },
    async receive(raw, envelope) {
      const offer = offers.add({ method: 'DATA', path: envelope.to.join(','), headers: {}, body: null });
      const fault = faults.take('data', envelope.to);
      const failure = await failureOf(fault, offer);
      if (failure !== undefined) return failure;
      mailbox.add(await parseMessage(raw, { id: randomUUID(), at: clock().toISOString(), envelope }));
      if (fault?.kind === 'drop-answer') return 'drop';
      offer.status = 250;
      return 'accept';
    },
  };
}

/** Returns the verdict of a fault at this step; undefined lets the mail go on. */
async function failureOf(fault: MailFault | undefined, offer: LoggedRequest): Promise<Verdict | undefined> {
  offer.fault = fault?.kind ?? null;
  if (fault?.kind === 'hang' || fault?.kind === 'drip') return fault.kind;
  if (fault?.kind === 'slow') await sleep(fault.delayMs, undefined, { ref: false });
  if (fault?.kind !== 'reject') return undefined;
  offer.status = fault.status ?? 451;
  return { status: offer.status, message: 'switched on in the sandbox' };
}
