import { errors } from 'jose';
import { afterAll, expect, test, vi } from 'vitest';
import { InvalidTokenError } from '../../../src/platform/auth/invalid-token.ts';
import { createIssuerKeys, type IssuerKeys } from '../../../src/platform/auth/issuer-keys.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { startIssuer, type TestIssuer } from '../../support/auth/issuer.ts';
import { createSigner, type Signer } from '../../support/auth/jwt.ts';

vi.setConfig({ testTimeout: 30_000 });

const [first, second, third] = ['one', 'two', 'three'].map((kid) => createSigner('ES256', kid, 'P-256')) as [
  Signer,
  Signer,
  Signer,
];

interface Watched {
  issuer: TestIssuer;
  keys: IssuerKeys;
  logs: Record<string, unknown>[];
}

// The tests run concurrently, because most of their time is the second between two fetches.
const started: Watched[] = [];

afterAll(async () => {
  for (const { keys, issuer } of started) {
    keys.close();
    await issuer.stop();
  }
});

/** The refresh interval is a minute as in production by default. */
async function watch(served: readonly Signer[], refreshMs?: number): Promise<Watched> {
  const logs: Record<string, unknown>[] = [];
  const log = createLogger('debug', { write: (line: string) => logs.push(JSON.parse(line)) });
  const issuer = await startIssuer();
  issuer.serve(served.map(({ jwk }) => jwk));
  const keys = createIssuerKeys({ url: issuer.url, log, ...(refreshMs === undefined ? {} : { refreshMs }) });
  const watched = { issuer, keys, logs };
  started.push(watched);
  return watched;
}

/** 'known', or the reason of the refusal. */
async function find({ keys }: Watched, { alg, kid }: Pick<Signer, 'alg' | 'kid'>): Promise<string> {
  try {
    await keys.find({ alg, ...(kid === undefined ? {} : { kid }) });
    return 'known';
  } catch (error) {
    if (error instanceof errors.JOSEError) return 'unknown';
    expect(error).toEqual(new InvalidTokenError("the issuer's keys cannot be reached"));
    return 'unreachable';
  }
}

const reasons = ({ logs }: Watched) =>
  logs.filter(({ event }) => event === 'token_keys_unreachable').map(({ reason }) => reason);

test.concurrent('the set is fetched at the first token, once for all concurrent requests', async () => {
  const watched = await watch([first]);
  expect(watched.issuer.asked).toBe(0);
  const found = await Promise.all(Array.from({ length: 100 }, () => find(watched, first)));
  expect(new Set(found)).toEqual(new Set(['known']));
  expect(watched.issuer.asked).toBe(1);
});

test.concurrent('a known key is found without a fetch', async () => {
  const watched = await watch([first, second]);
  for (let again = 0; again < 5; again++) {
    expect(await find(watched, first)).toBe('known');
    expect(await find(watched, second)).toBe('known');
  }
  expect(watched.issuer.asked).toBe(1);
});

test.concurrent('a new key is accepted from its first token on, even right after a fetch', async () => {
  const watched = await watch([first]);
  expect(await find(watched, first)).toBe('known');
  watched.issuer.serve([first.jwk, second.jwk]);
  expect(await find(watched, second)).toBe('known');
  watched.issuer.serve([second.jwk, third.jwk]);
  expect(await find(watched, third)).toBe('known');
  expect(watched.issuer.asked).toBe(3);
});

test.concurrent('a key that left the set is refused after the next fetch', async () => {
  const watched = await watch([first, second]);
  expect(await find(watched, first)).toBe('known');
  watched.issuer.serve([second.jwk, third.jwk]);
  expect(await find(watched, third)).toBe('known');
  expect(await find(watched, first)).toBe('unknown');
});

test.concurrent('the set is refreshed periodically, even without requests', async () => {
  const watched = await watch([first, second], 50);
  expect(await find(watched, first)).toBe('known');
  watched.issuer.serve([second.jwk]);
  const { asked } = watched.issuer;
  // When the second one begins, the first has ended, and it saw the change.
  await until(
    async () => watched.issuer.asked,
    (times) => times >= asked + 2,
  );
  expect(await find(watched, second)).toBe('known');
  // A key that was still in the set would be found without a fetch.
  expect(await find(watched, first)).toBe('unknown');
});

test.concurrent('a set without any key revokes all keys', async () => {
  const watched = await watch([first]);
  expect(await find(watched, first)).toBe('known');
  watched.issuer.serve([]);
  expect(await find(watched, second)).toBe('unknown');
  expect(await find(watched, first)).toBe('unknown');
});

test.concurrent('200 unknown kids at once cause one fetch, and all are refused', async () => {
  const watched = await watch([first]);
  await find(watched, first);
  const before = watched.issuer.asked;
  const kids = Array.from({ length: 200 }, (_, at) => ({ alg: 'ES256', kid: `made-up-${at}` }));
  const found = await Promise.all(kids.map((kid) => find(watched, kid)));
  expect(new Set(found)).toEqual(new Set(['unknown']));
  expect(watched.issuer.asked - before).toBe(1);
});

test.concurrent('a stream of invented kids causes one fetch a second at the most, whether it succeeds or fails', async () => {
  const watched = await watch([first]);
  await find(watched, first);
  const times: number[] = [];
  const serve = (isUp: boolean) =>
    watched.issuer.answerWith((response) => {
      times.push(performance.now());
      if (isUp) response.end(JSON.stringify({ keys: [first.jwk] }));
      else response.writeHead(503).end();
    });
  for (const isUp of [true, false]) {
    serve(isUp);
    for (let count = 0; count < 2; count++) await find(watched, { alg: 'ES256', kid: `made-up-${count}` });
  }
  const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  expect(pauses).toHaveLength(3);
  // A timer may be a millisecond early by another clock.
  for (const pause of pauses) expect(pause).toBeGreaterThan(990);
});

/** The faults of a key set's server, and the log's reason for each. */
const TROUBLES: [string, Parameters<TestIssuer['answerWith']>[0], RegExp][] = [
  ['is broken off', (response) => response.destroy(), /^other side closed$/],
  ['answers 500', (response) => response.writeHead(500).end('{"keys":[]}'), /^it answered 500$/],
  ['answers nothing at all', (response) => response.writeHead(204).end(), /^it answered 204$/],
  [
    'redirects',
    (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/keys' }).end(),
    /^it answered 302$/,
  ],
  ['is no JSON', (response) => response.end('<html>Welcome</html>'), /^it is not a key set$/],
  ['is a list', (response) => response.end('[]'), /^it is not a key set$/],
  ['has keys that are no list', (response) => response.end('{"keys":{}}'), /^it is not a key set$/],
  ['is huge', (response) => response.end(`{"keys":[${' '.repeat(65_536)}]}`), /^it is larger than 65536 bytes$/],
  [
    'never ends',
    (response) => {
      const more = () => response.write(' '.repeat(65_536), () => setImmediate(more));
      response.on('error', () => undefined);
      more();
    },
    /^it is larger than 65536 bytes$/,
  ],
  ['hangs', () => undefined, /timeout/],
  ['stands still in the middle', (response) => void response.write('{"keys":['), /timeout/],
];

test.concurrent.each(TROUBLES)(
  'a key set that %s leaves the known keys in use, and recovers',
  async (_kind, answer, reason) => {
    const watched = await watch([first]);
    expect(await find(watched, first)).toBe('known');
    watched.issuer.answerWith(answer);
    let isWaiting = true;
    const waiting = find(watched, second).finally(() => {
      isWaiting = false;
    });
    expect(await find(watched, first)).toBe('known');
    expect(isWaiting).toBe(true);
    expect(await waiting).toBe('unreachable');
    expect(await find(watched, first)).toBe('known');
    expect(reasons(watched)).toEqual([expect.stringMatching(reason)]);
    watched.issuer.serve([first.jwk, second.jwk]);
    expect(await find(watched, second)).toBe('known');
  },
);

test.concurrent('the next token retries a key set that never arrived', async () => {
  const watched = await watch([first]);
  watched.issuer.answerWith((response) => response.writeHead(503).end());
  expect(await find(watched, first)).toBe('unreachable');
  watched.issuer.serve([first.jwk]);
  expect(await find(watched, first)).toBe('known');
});

test.concurrent('a single key without a kid verifies only tokens without a kid', async () => {
  const nameless = createSigner('EdDSA', undefined, 'Ed25519');
  const watched = await watch([nameless]);
  expect(await find(watched, nameless)).toBe('known');
  expect(await find(watched, { alg: 'EdDSA', kid: 'a-name' })).toBe('unknown');
  watched.issuer.serve([nameless.jwk, createSigner('EdDSA', 'another', 'Ed25519').jwk]);
  expect(await find(watched, { alg: 'EdDSA', kid: 'another' })).toBe('known');
  expect(await find(watched, nameless)).toBe('unknown');
});

test.concurrent('a key that is listed twice counts once', async () => {
  const watched = await watch([first, first]);
  expect(await find(watched, first)).toBe('known');
  expect(await find(watched, { alg: 'ES256', kid: undefined })).toBe('known');
  expect(watched.logs).toEqual([]);
});

test.concurrent('a close during a fetch aborts it without a log line', async () => {
  const watched = await watch([first]);
  let arrived: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  watched.issuer.answerWith(() => arrived?.());
  const waiting = find(watched, first);
  await asked;
  watched.keys.close();
  expect(await waiting).toBe('unreachable');
  expect(watched.logs).toEqual([]);
});
