import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SilenceBreaker } from '../../../src/clients/breaker.ts';
import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';
import { until } from '../../support/app/purchase.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

/** A call's time limit, which only the test of a hanging neighbour waits for. */
const LONG_MS = 60_000;
const schema = z.object({ data: z.string() });
let server: TinyServer;
let states: string[];
let neighbour: Neighbour;
/** The breaker's clock: pauses end when a test moves it. */
let now: number;
/** Calls that the server has received and not answered. */
let held: ServerResponse[];

function connect(timeoutMs: number): void {
  neighbour?.close();
  // Calls that a test left behind end in its own list.
  const ofThisTest: string[] = [];
  states = ofThisTest;
  neighbour = createNeighbour({
    name: 'tiny',
    baseUrl: server.url,
    credentials: { clientId: 'us', clientSecret: 'hush' },
    timeoutMs,
    clock: { now: () => new Date('2026-11-22T03:04:05.678Z') },
    breaker: new SilenceBreaker({
      neighbour: 'tiny',
      patienceMs: LONG_MS,
      now: () => now,
      onState: (_name, state) => ofThisTest.push(state),
    }),
  });
}

beforeEach(async () => {
  server = await startTinyServer();
  now = 0;
  held = [];
  connect(LONG_MS);
});
afterEach(async () => {
  neighbour.close();
  await server.close();
});

const hold = () => server.answerWith((response) => held.push(response));
/** Breaks every connection: no answer, and no wait. */
const beSilent = () => server.answerWith((response) => response.socket?.resetAndDestroy());
const beWell = () => server.answerWith((response) => response.end('{"data":"ok"}'));
const failWith = (status: number) => server.answerWith((response) => response.writeHead(status).end());

/** Sends a write, which is never retried. Returns the answer's text, or the error. */
const ask = ({ path = '/', urgent = false } = {}) =>
  neighbour.post({ path, urgent, schema, body: {}, idempotencyKey: 'key' }).then(
    ({ data }) => data,
    (error: unknown) => error,
  );
const many = (count: number, path?: string) => Promise.all(Array.from({ length: count }, () => ask({ path })));

const heldCall = async (): Promise<ServerResponse> =>
  (await until(
    async () => held.at(-1),
    (response) => response !== undefined,
  )) as ServerResponse;

async function goSilent(): Promise<void> {
  beSilent();
  await many(5);
  expect(states).toEqual(['closed', 'open']);
  expect(server.requests).toHaveLength(5);
}

describe('a neighbour that does not answer', () => {
  test('is silent, within the time limit of a call', async () => {
    connect(1000);
    hold();
    await many(5);
    expect(states).toEqual(['closed', 'open']);
  });

  test('gets no call for a moment, and its callers fail at once', async () => {
    await goSilent();
    const answers = await many(100);
    expect(new Set(answers.map((answer) => answer instanceof NotAskedError))).toEqual(new Set([true]));
    expect(server.requests).toHaveLength(5);
  });

  test('then gets one probe; all other calls wait for it, and are refused when it fails', async () => {
    await goSilent();
    hold();
    now += 500;
    const first = ask();
    const probe = await heldCall();
    expect(states.at(-1)).toBe('half_open');
    const others = many(50);
    probe.socket?.resetAndDestroy();
    expect(await first).toMatchObject({ kind: 'unavailable' });
    expect((await others).every((answer) => answer instanceof NotAskedError)).toBe(true);
    expect(server.requests).toHaveLength(6);
    expect(states.at(-1)).toBe('open');
  });

  test('that is back serves all calls that came during the probe', async () => {
    await goSilent();
    hold();
    now += 500;
    const waiting = many(20);
    const probe = await heldCall();
    expect(server.requests).toHaveLength(6);
    beWell();
    probe.end('{"data":"the first"}');
    expect((await waiting).toSorted()).toEqual([...Array(19).fill('ok'), 'the first']);
    expect(states.slice(-2)).toEqual(['half_open', 'closed']);
  });

  test('gets a probe after a longer pause, again and again', async () => {
    await goSilent();
    for (const pauseMs of [500, 1000, 2000]) {
      now += pauseMs - 1;
      expect(await ask()).toBeInstanceOf(NotAskedError);
      now += 1;
      expect(await ask()).not.toBeInstanceOf(NotAskedError);
    }
    expect(server.requests).toHaveLength(8);
    expect(states).toEqual(['closed', 'open', ...Array(3).fill(['half_open', 'open']).flat()]);
  });

  test('gets urgent calls at once, one at a time, and is healthy for all when one is answered', async () => {
    await goSilent();
    hold();
    const waiting = Promise.all([ask({ urgent: true }), ask({ urgent: true })]);
    const probe = await heldCall();
    expect(states.at(-1)).toBe('half_open');
    expect(server.requests).toHaveLength(6);
    beWell();
    probe.end('{"data":"the first"}');
    expect(await waiting).toEqual(['the first', 'ok']);
    expect(states.at(-1)).toBe('closed');
  });

  test('is the same as one where nothing listens', async () => {
    await server.close();
    await many(5);
    expect(states).toEqual(['closed', 'open']);
    server = await startTinyServer();
  });
});

describe('a neighbour that answers', () => {
  test.each([500, 503, 429, 404])('with %s gets every call', async (status) => {
    failWith(status);
    const answers = await many(30);
    expect(server.requests).toHaveLength(30);
    expect(answers.every((answer) => answer instanceof UpstreamError && answer.status === status)).toBe(true);
    expect(states).toEqual(['closed']);
  });

  test('most of the time gets every call: one silent path does not block the others', async () => {
    server.answerWith((response, { path }) => {
      if (path === '/silent') response.socket?.resetAndDestroy();
      else response.end('{"data":"ok"}');
    });
    const good = await many(12, '/good');
    await many(8, '/silent');
    expect(new Set([...good, await ask({ path: '/good' })])).toEqual(new Set(['ok']));
    expect(states).toEqual(['closed']);
  });

  test('gets every call after four silent ones in a row: so few prove nothing', async () => {
    beSilent();
    await many(4);
    beWell();
    expect(await ask()).toBe('ok');
    expect(states).toEqual(['closed']);
  });
});
