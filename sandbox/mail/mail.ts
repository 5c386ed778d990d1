import { controlRoutes } from '../server/control-routes.ts';
import { type RunningNeighbour, startHttpNeighbour } from '../server/http-neighbour.ts';
import { createRequestLog, type LoggedRequest, matches, type RequestFilter } from '../server/request-log.ts';
import type { Setup } from '../setup.ts';
import { createDialogue } from './mail-dialogue.ts';
import { createMailFaults, type MailFault } from './mail-faults.ts';
import { clearMailboxRoute, mailPages } from './mail-routes.ts';
import { createMailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import { listenSmtp } from './smtp-listener.ts';

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

export async function startMail(
  setup: Setup,
  ports: { smtp: number; mailbox: number },
): Promise<Omit<RunningNeighbour, 'handle'> & { handle: Mail }> {
  const mailbox = createMailbox();
  const faults = createMailFaults();
  const offers = createRequestLog(setup.clock);
  const dialogue = createDialogue({ clock: setup.clock, mailbox, faults, offers });
  const smtp = await listenSmtp(setup.host, ports.smtp, dialogue);

  async function setFaults(list: unknown): Promise<void> {
    faults.set(list);
    await (faults.refusesConnections() ? smtp.refuse() : smtp.accept());
  }

  const switches = [...controlRoutes(offers, { list: faults.list, set: setFaults }), clearMailboxRoute(mailbox)];
  const pages = mailPages(mailbox);
  const server = await startHttpNeighbour({ ...setup, port: ports.mailbox, api: [], pages, switches });
  return {
    handle: {
      smtpUrl: smtp.url,
      url: server.handle.url,
      from: 'topup@qontak.example.test',
      messages: () => structuredClone([...mailbox.messages()]),
      waitFor: mailbox.arrivals.waitFor,
      watchMessages: mailbox.arrivals.watch,
      clear: mailbox.clear,
      requests: () => offers.list(),
      waitForRequest: (filter, timeoutMs) => offers.arrivals.waitFor((offer) => matches(offer, filter), timeoutMs),
      faults: { list: faults.list, set: setFaults, clear: () => setFaults([]) },
      refuse: smtp.refuse,
      accept: smtp.accept,
    },
    async reset() {
      mailbox.clear();
      offers.clear();
      await setFaults([]);
    },
    async stop() {
      mailbox.arrivals.stop();
      offers.arrivals.stop();
      await Promise.all([smtp.refuse(), server.stop()]);
    },
  };
}
