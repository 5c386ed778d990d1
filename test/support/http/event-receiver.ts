import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  id: string;
  path: string;
  /** As it came, for a check of its signature. */
  body: string;
  headers: IncomingHttpHeaders;
  type: string;
  timestamp: string;
  data: { id: string; number: string; status: string; sequence: number } & Record<string, unknown>;
}

/** Answers an event: a status, or whatever the function does with the response. */
export type Answer = number | ((response: ServerResponse) => void);

/** A subscriber on loopback, which remembers what came and what it answered. */
export async function startEventReceiver() {
  const received: ReceivedEvent[] = [];
  const accepted: ReceivedEvent[] = [];
  let answer: (event: ReceivedEvent) => Answer = () => 204;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { headers, url: path = '' } = request;
    const event = { ...JSON.parse(body), body, headers, path, id: String(headers['webhook-id']) } as ReceivedEvent;
    received.push(event);
    const decided = answer(event);
    if (typeof decided === 'function') return decided(response);
    if (decided < 300) accepted.push(event);
    response.writeHead(decided).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** Those that were answered with 2xx. */
    accepted,
    /** Decides on each event from now on; without an argument it accepts all. */
    answerWith(next: (event: ReceivedEvent) => Answer = () => 204): void {
      answer = next;
    },
    forget(): void {
      received.length = 0;
      accepted.length = 0;
      answer = () => 204;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type EventReceiver = Awaited<ReturnType<typeof startEventReceiver>>;
