import { Agent, request } from 'node:http';

/** The result of one attempt. Without an answer, `status` is null and `error` has the reason. */
export interface Attempt {
  at: string;
  status: number | null;
  /** The first 2000 characters of the answer. */
  response: string;
  error: string | null;
}

export interface WebhookPost {
  url: string;
  body: string;
  headers: Record<string, string>;
}

const TIMEOUT_MS = 15_000;
const RESPONSE_LIMIT = 2000;

/** Posts over its own kept-alive connections, so that a stop can close all of them. */
export interface WebhookPoster {
  /** Never rejects. */
  post(message: WebhookPost): Promise<Omit<Attempt, 'at'>>;
  stop(): void;
}

export function createWebhookPoster(): WebhookPoster {
  const agent = new Agent({ keepAlive: true });
  const underWay = new Set<AbortController>();

  function send({ url, body, headers }: WebhookPost, signal: AbortSignal): Promise<Omit<Attempt, 'at'>> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        method: 'POST',
        agent,
        signal,
        timeout: TIMEOUT_MS,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        let response = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          response = (response + chunk).slice(0, RESPONSE_LIMIT);
        });
        incoming.on('error', reject);
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? null, response, error: null }));
      });
      outgoing.end(body);
    });
  }

  return {
    async post(message) {
      const controller = new AbortController();
      underWay.add(controller);
      try {
        return await send(message, controller.signal);
      } catch (error) {
        return { status: null, response: '', error: error instanceof Error ? error.message : String(error) };
      } finally {
        underWay.delete(controller);
      }
    },
    stop() {
      for (const controller of underWay) controller.abort(new Error('the sandbox stopped'));
      agent.destroy();
    },
  };
}
