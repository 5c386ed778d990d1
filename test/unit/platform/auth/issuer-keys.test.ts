import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createIssuerKeys, type IssuerKeys } from '../../../../src/platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../../../../src/platform/auth/verify-token.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';
import { startIssuer, type TestIssuer } from '../../../support/auth/issuer.ts';
import { createSigner, type Signer } from '../../../support/auth/jwt.ts';

const first = createSigner('ES256', 'first', 'P-256');
const second = createSigner('EdDSA', 'second', 'Ed25519');

let issuer: TestIssuer;
let keys: IssuerKeys;
let logs: Record<string, unknown>[];

beforeEach(async () => {
  logs = [];
  issuer = await startIssuer();
  issuer.serve([first.jwk, second.jwk]);
  const log = createLogger('debug', { write: (line: string) => logs.push(JSON.parse(line)) });
  keys = createIssuerKeys({ url: issuer.url, log });
});

afterEach(async () => {
  vi.useRealTimers();
  keys.close();
  await issuer.stop();
});

const find = ({ alg, kid }: Signer) => keys.find({ alg, ...(kid === undefined ? {} : { kid }) });
/** Fetches the set again, as a token with an unknown kid does. */
const fetchAgain = () => keys.find({ alg: 'ES256', kid: 'made up' }).catch(() => undefined);

test('keys serve while the issuer is down', async () => {
  await find(first);
  issuer.answerWith((response) => response.writeHead(503).end());
  const { asked } = issuer;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 * 86_400_000 });
  expect((await find(first)).algorithm).toMatchObject({ name: 'ECDSA' });
  await fetchAgain();
  expect((await find(second)).algorithm).toMatchObject({ name: 'Ed25519' });
  expect(issuer.asked).toBe(asked + 1);
});

test('the version belongs to the set in use: a change makes a new one, a fetch of the same set does not', async () => {
  expect(keys.version()).toBeUndefined();
  await find(first);
  const version = keys.version();
  expect(version).toMatch(/^.{20,}$/);
  await fetchAgain();
  expect(keys.version()).toBe(version);
  issuer.serve([first.jwk]);
  await fetchAgain();
  expect(keys.version()).not.toBe(version);
  issuer.serve([first.jwk, second.jwk]);
  await fetchAgain();
  expect(keys.version()).toBe(version);
});

test('an unusable key is logged once while the set stays the same', async () => {
  issuer.serve([first.jwk, { ...second.jwk, use: 'enc' }]);
  await find(first);
  await fetchAgain();
  expect(logs).toEqual([
    expect.objectContaining({
      level: 40,
      event: 'token_key_unusable',
      kid: 'second',
      reason: 'it is not for signatures',
    }),
  ]);
});

describe('a verified token', () => {
  const verifierOf = (issuerKeys: IssuerKeys) => {
    const { iss, aud } = issuer.claims() as { iss: string; aud: string };
    return createTokenVerifier({ keys: issuerKeys, issuer: iss, audience: aud });
  };
  const subject = 'admin-1001';

  /** Counts verifications, and may run an action in the middle of each. */
  function watched(during: () => Promise<unknown>) {
    const counted = { ...keys, verifications: 0 };
    counted.find = async (header) => {
      counted.verifications += 1;
      const key = await keys.find(header);
      await during();
      return key;
    };
    return counted;
  }

  test('is verified once by the same set, and again by another', async () => {
    await find(first);
    const counted = watched(async () => undefined);
    const verify = verifierOf(counted);
    const authorization = `Bearer ${issuer.token(first)}`;
    for (let time = 0; time < 3; time += 1) expect(await verify(authorization)).toMatchObject({ subject });
    expect(counted.verifications).toBe(1);
    issuer.serve([first.jwk]);
    await fetchAgain();
    expect(await verify(authorization)).toMatchObject({ subject });
    expect(counted.verifications).toBe(2);
    issuer.serve([second.jwk]);
    await fetchAgain();
    await expect(verify(authorization)).rejects.toMatchObject({ message: expect.stringContaining('not be verified') });
  });

  test('by a key that came with a new set is refused after the old set is back', async () => {
    issuer.serve([first.jwk]);
    await find(first);
    issuer.serve([second.jwk]);
    const verify = verifierOf(keys);
    const authorization = `Bearer ${issuer.token(second)}`;
    expect(await verify(authorization)).toMatchObject({ subject });
    issuer.serve([first.jwk]);
    await fetchAgain();
    await expect(verify(authorization)).rejects.toMatchObject({ message: expect.stringContaining('not be verified') });
  });

  test('is not cached when its key was withdrawn meanwhile', async () => {
    await find(first);
    issuer.serve([second.jwk]);
    const verify = verifierOf(watched(fetchAgain));
    const authorization = `Bearer ${issuer.token(first)}`;
    expect(await verify(authorization)).toMatchObject({ subject });
    await expect(verify(authorization)).rejects.toMatchObject({ message: expect.stringContaining('not be verified') });
  });
});
