import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createArrivals } from '../arrivals.ts';
import { controlRoutes } from '../server/control-routes.ts';
import { type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { javascript, json, noContent, Refusal } from '../server/reply.ts';
import { createRequestLog, type LoggedRequest, matches, type RequestFilter } from '../server/request-log.ts';
import { type Call, param, type Route } from '../server/route.ts';
import type { Setup } from '../setup.ts';
import { createMailFaults, type MailFault } from './mail-faults.ts';
import { MAILBOX_SCRIPT, mailboxPage, mailViewOf, messageHtml, messagePage } from './mailbox-page.ts';
import { type Message, parseMessage } from './message.ts';
import { listenSmtp, type Verdict } from './smtp-listener.ts';

export interface Mail {
  readonly smtpUrl: string;
  /** The address of the mailbox for a browser. */
  readonly url: string;
  readonly from: string;
  /** Returns the newest 500, oldest first. */
  messages(): Message[];
  /** Resolves when a matching mail arrives, or at once if there is one. */
  waitFor(predicate: (message: Message) => boolean, timeoutMs?: number): Promise<Message>;
  watchMessages(listener: (message: Message) => void): void;
  clear(): void;
  /** Returns every offered mail, also refused ones: `path` holds the recipients, `status` the reply code. */
  requests(): LoggedRequest[];
  /** Resolves when a mail is offered, before its answer. */
  waitForRequest(filter: RequestFilter, timeoutMs?: number): Promise<LoggedRequest>;
  readonly faults: { list(): MailFault[]; set(faults: readonly MailFault[]): Promise<void>; clear(): Promise<void> };
  refuse(): Promise<void>;
  accept(): Promise<void>;
}

const MAX_MESSAGES = 500;

export async function startMail(
  setup: Setup,
  ports: { smtp: number; mailbox: number },
): Promise<Omit<RunningNeighbour, 'handle'> & { handle: Mail }> {
  let messages: Message[] = [];
  const arrivals = createArrivals('mail', () => messages);
  const faults = createMailFaults();
  const offers = createRequestLog(setup.clock);

  /** The verdict of a fault at this step; undefined lets the mail go on. */
  async function fail(fault: MailFault | undefined, offer: LoggedRequest): Promise<Verdict | undefined> {
    offer.fault = fault?.kind ?? null;
    if (fault?.kind === 'hang' || fault?.kind === 'drip') return fault.kind;
    if (fault?.kind === 'slow') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault?.kind !== 'reject') return undefined;
    offer.status = fault.status ?? 451;
    return { status: offer.status, message: 'switched on in the sandbox' };
  }

  async function offerTo(address: string): Promise<Verdict> {
    const fault = faults.take('rcpt', [address]);
    if (fault === undefined) return 'accept';
    const offer = offers.add({ method: 'RCPT', path: address, headers: {}, body: null });
    return (await fail(fault, offer)) ?? 'accept';
  }

  async function receive(raw: Buffer, envelope: Message['envelope']): Promise<Verdict> {
    const offer = offers.add({ method: 'DATA', path: envelope.to.join(','), headers: {}, body: null });
    const fault = faults.take('data', envelope.to);
    const failure = await fail(fault, offer);
    if (failure !== undefined) return failure;
    const message = await parseMessage(raw, { id: randomUUID(), at: setup.clock().toISOString(), envelope });
    messages = [...messages, message].slice(-MAX_MESSAGES);
    arrivals.announce(message);
    if (fault?.kind === 'drop-answer') return 'drop';
    offer.status = 250;
    return 'accept';
  }

  const greet = async () => {
    const fault = faults.take('greeting', ['']);
    if (fault !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
  };
  const smtp = await listenSmtp(setup.host, ports.smtp, { greet, offerTo, receive });

  async function setFaults(list: unknown): Promise<void> {
    faults.set(list);
    await (faults.refusesConnections() ? smtp.refuse() : smtp.accept());
  }

  function messageOf(call: Call): Message {
    const message = messages.find(({ id }) => id === param(call, 'id'));
    if (message === undefined) throw new Refusal(404, 'message_not_found', 'there is no such mail');
    return message;
  }

  const pages: Route[] = [
    { method: 'GET', path: '/', handle: () => mailboxPage(messages) },
    { method: 'GET', path: '/mailbox.js', handle: () => javascript(MAILBOX_SCRIPT) },
    {
      method: 'GET',
      path: '/messages/:id',
      handle: (call) => messagePage(messageOf(call), mailViewOf(call.query.get('view'))),
    },
    { method: 'GET', path: '/messages/:id/html', handle: (call) => messageHtml(messageOf(call)) },
    { method: 'GET', path: '/api/messages', handle: () => json(200, { data: messages }) },
    { method: 'GET', path: '/api/messages/:id', handle: (call) => json(200, { data: messageOf(call) }) },
  ];
  const switches: Route[] = [
    ...controlRoutes(offers, { list: faults.list, set: setFaults }),
    {
      method: 'DELETE',
      path: '/_sandbox/messages',
      handle() {
        messages = [];
        return noContent();
      },
    },
  ];
  const server = await startHttpNeighbour({ ...setup, port: ports.mailbox, api: [], pages, switches });
  return {
    handle: {
      smtpUrl: smtp.url,
      url: server.handle.url,
      from: 'topup@qontak.example.test',
      messages: () => structuredClone(messages),
      waitFor: (predicate, timeoutMs) => arrivals.waitFor(predicate, timeoutMs),
      watchMessages: arrivals.watch,
      clear() {
        messages = [];
      },
      requests: () => offers.list(),
      waitForRequest: (filter, timeoutMs) => offers.arrivals.waitFor((offer) => matches(offer, filter), timeoutMs),
      faults: { list: faults.list, set: setFaults, clear: () => setFaults([]) },
      refuse: smtp.refuse,
      accept: smtp.accept,
    },
    async reset() {
      messages = [];
      offers.clear();
      await setFaults([]);
    },
    async stop() {
      arrivals.stop();
      offers.arrivals.stop();
      await Promise.all([smtp.refuse(), server.stop()]);
    },
  };
}
