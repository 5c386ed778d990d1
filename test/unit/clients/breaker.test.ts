import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';
import { until } from '../../support/app/purchase.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

const schema = z.object({ data: z.string() });
let server: TinyServer;
let states: string[];
let neighbour: Neighbour;
/** Answers that are held back while the neighbour hangs. */
let held: ServerResponse[];

async function begin(timeoutMs: number): Promise<void> {
  server = await startTinyServer();
  // Calls that a test left behind end in its own list.
  const ofThisTest: string[] = [];
  states = ofThisTest;
  held = [];
  neighbour = createNeighbour({
    name: 'tiny',
    baseUrl: server.url,
    credentials: { clientId: 'us', clientSecret: 'hush' },
    timeoutMs,
    clock: { now: () => new Date('2026-11-22T03:04:05.678Z') },
    onBreakerState: (_name, state) => ofThisTest.push(state),
  });
}

afterEach(async () => {
  neighbour.close();
  await server.close();
});

const hang = () => server.answerWith((response) => held.push(response));
const isWell = () => server.answerWith((response) => response.end('{"data":"ok"}'));
const failWith = (status: number) => server.answerWith((response) => response.writeHead(status).end());

const get = (path = '/', urgent = false) =>
  neighbour.get({ path, urgent, schema }).then(
    ({ data }) => data,
    (error: unknown) => error,
  );
const many = (count: number) => Promise.all(Array.from({ length: count }, () => get()));

/** Its pause is over when a call gets through to it again, and stays there. */
async function untilAsked(): Promise<void> {
  const before = held.length;
  await until(
    async () => {
      void get();
      return held.length;
    },
    (count) => count > before,
  );
}

async function goSilent(): Promise<void> {
  hang();
  await many(5);
  expect(states).toEqual(['closed', 'open']);
}

describe('a neighbour that does not answer', () => {
  // Long enough for a call to reach the neighbour, and to wait for another one's answer, on a busy machine.
  beforeEach(() => begin(1500));

  test('is not asked for a moment, and its callers know at once', async () => {
    await goSilent();
    const answers = await many(100);
    expect(new Set(answers.map((answer) => answer instanceof NotAskedError))).toEqual(new Set([true]));
    expect(server.seen).toHaveLength(5);
  });

  test('is then asked by one call alone, and nobody else waits until that one fails', async () => {
    await goSilent();
    await untilAsked();
    expect(states.at(-1)).toBe('half_open');
    const answers = await many(50);
    expect(answers.every((answer) => answer instanceof NotAskedError)).toBe(true);
    expect(server.seen).toHaveLength(6);
  });

  test('that is back serves all that came while the one call was under way', async () => {
    await goSilent();
    await until(
      async () => {
        held = [];
        const waiting = many(20);
        const [response] = await until(
          async () => held,
          (responses) => responses.length > 0 || states.at(-1) === 'open',
        );
        isWell();
        response?.end('{"data":"the first"}');
        return waiting;
      },
      (answers) => {
        if (answers.some((answer) => answer instanceof NotAskedError)) hang();
        return answers.every((answer) => answer === 'ok' || answer === 'the first');
      },
    );
    expect(states.slice(-2)).toEqual(['half_open', 'closed']);
  });

  test('is asked again after longer pauses, and again and again', async () => {
    await goSilent();
    await untilAsked();
    await until(
      async () => states.at(-1),
      (state) => state === 'open',
    );
    await untilAsked();
    expect(states).toEqual(['closed', 'open', 'half_open', 'open', 'half_open']);
  });

  test('is asked at once by what is urgent, one at a time, and is well for all when that one is answered', async () => {
    await goSilent();
    const before = held.length;
    const waiting = Promise.all([get('/', true), get('/', true)]);
    await until(
      async () => held.length,
      (count) => count > before,
    );
    expect(states.at(-1)).toBe('half_open');
    isWell();
    held.at(-1)?.end('{"data":"the first"}');
    expect((await waiting).toSorted()).toEqual(['ok', 'the first']);
    expect(states.at(-1)).toBe('closed');
  });

  test('is the same when nobody listens', async () => {
    await server.close();
    await many(5);
    expect(states).toEqual(['closed', 'open']);
    server = await startTinyServer();
  });
});

describe('a neighbour that answers', () => {
  // Long: however busy the machine is, an answer comes in time.
  beforeEach(() => begin(10_000));

  test.each([500, 503, 429, 404])('with %s is asked every time', async (status) => {
    failWith(status);
    const answers = await many(30);
    expect(server.seen).toHaveLength(30);
    expect(answers.every((answer) => answer instanceof UpstreamError && answer.status === status)).toBe(true);
    expect(states).toEqual(['closed']);
  });
});

describe('a neighbour that answers most of the time', () => {
  beforeEach(() => begin(1500));

  test('is asked every time: one path that hangs takes no other away', async () => {
    server.answerWith((response, { path }) => {
      if (path === '/hangs') held.push(response);
      else response.end('{"data":"ok"}');
    });
    const good = await Promise.all(Array.from({ length: 12 }, () => get('/good')));
    await Promise.all(Array.from({ length: 8 }, () => get('/hangs')));
    expect(new Set([...good, await get('/good')])).toEqual(new Set(['ok']));
    expect(states).toEqual(['closed']);
  });

  test('is asked although four calls in a row got no answer: of so few nothing is concluded', async () => {
    hang();
    await many(4);
    isWell();
    expect(await get()).toBe('ok');
    expect(states).toEqual(['closed']);
  });
});
