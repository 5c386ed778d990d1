import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RelayedCall {
  method: string;
  /** Path and query. */
  path: string;
}

export interface RelayedAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface Latch {
  /** Resolves when the call has arrived. */
  readonly reached: Promise<void>;
  release(): void;
}

export interface Relay {
  url: string;
  setTarget(url: string): void;
  /**
   * Holds the next matching call: before it is passed on, or its answer, which was given before anything that follows.
   */
  hold(fits: (call: RelayedCall) => boolean, what: 'call' | 'answer'): Latch;
  /** Changes the body of every answer. */
  alterAnswers(change: (body: string, call: RelayedCall) => string): void;
  /** Answers every call itself; undefined: no call is answered. Changes of answers apply again afterwards. */
  answerAll(answer: RelayedAnswer | undefined): void;
  /** Passes calls on again. */
  passOn(): void;
  /** Releases all held calls, and passes everything on unchanged. */
  clear(): void;
  stop(): Promise<void>;
}

interface Hold {
  fits: (call: RelayedCall) => boolean;
  what: 'call' | 'answer';
  reach(): void;
  released: Promise<void>;
  release(): void;
}

const asItIs = (body: string, _call: RelayedCall) => body;

/**
 * A proxy before one of the sandbox's neighbours, for faults that the sandbox does not have: calls and answers that
 * wait until the test releases them, and answers with one wrong field.
 */
export async function startRelay(): Promise<Relay> {
  let target = '';
  let change = asItIs;
  let waiting: Hold[] = [];
  let instead: { answer: RelayedAnswer | undefined } | undefined;
  const holds: Hold[] = [];

  async function pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await read(request);
    const { method = 'GET', url: path = '/', headers } = request;
    if (instead !== undefined) {
      const { answer } = instead;
      if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const hold = waiting.find(({ fits }) => fits({ method, path }));
    waiting = waiting.filter((other) => other !== hold);
    const standAt = async (what: Hold['what']) => {
      if (hold?.what !== what) return;
      hold.reach();
      await hold.released;
    };
    await standAt('call');
    const forwarded = http.request(target, { path, method, headers, agent: false });
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [http.IncomingMessage];
    const text = change((await read(answer)).toString('utf8'), { method, path });
    await standAt('answer');
    response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' }).end(text);
  }

  const server = http.createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clear = () => {
    change = asItIs;
    instead = undefined;
    waiting = [];
    for (const { release } of holds.splice(0)) release();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTarget(url) {
      target = url;
    },
    hold(fits, what) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const hold: Hold = {
        fits,
        what,
        reach: reached.resolve,
        released: released.promise,
        release: released.resolve,
      };
      waiting.push(hold);
      holds.push(hold);
      return { reached: reached.promise, release: released.resolve };
    },
    alterAnswers(given) {
      change = given;
    },
    answerAll(answer) {
      instead = { answer };
    },
    passOn() {
      instead = undefined;
    },
    clear,
    async stop() {
      clear();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
