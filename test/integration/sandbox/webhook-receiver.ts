import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  /** The body as it came, because a parser hides how a number is written. */
  body: string;
}

/** Stands for the product's webhook: verifies with the package that the product uses, keeps what passes. */
export interface WebhookReceiver {
  url: string;
  events: ReceivedEvent[];
  rejected: string[];
  /** Statuses for the next requests, in turn; 204 when they are used up. */
  answers: number[];
  stop(): Promise<void>;
}

export async function receiveWebhooks(secret: string): Promise<WebhookReceiver> {
  const webhook = new Webhook(secret);
  const events: ReceivedEvent[] = [];
  const rejected: string[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const headers = request.headers as Record<string, string>;
    try {
      const { type, data } = webhook.verify(body, headers) as ReceivedEvent;
      events.push({ id: headers['webhook-id'] ?? '', type, data, body });
      response.writeHead(answers.shift() ?? 204).end();
    } catch (error) {
      rejected.push(String(error));
      response.writeHead(401).end('bad signature');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/mekari-pay`,
    events,
    rejected,
    answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
