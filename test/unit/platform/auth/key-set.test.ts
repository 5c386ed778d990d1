import { createLocalJWKSet } from 'jose';
import { describe, expect, test } from 'vitest';
import { type KeySet, readKeySet } from '../../../../src/platform/auth/key-set.ts';
import { createSigner } from '../../../support/auth/jwt.ts';

const ec = createSigner('ES256', 'ec-1', 'P-256').jwk;
const otherEc = createSigner('ES256', 'ec-2', 'P-256').jwk;
const ed = createSigner('EdDSA', 'ed-1', 'Ed25519').jwk;
const otherEd = createSigner('EdDSA', 'ed-2', 'Ed25519').jwk;

/** A public RSA key of this many bits, without a private half. */
const rsaOf = (bits: number) => {
  const modulus = ((1n << BigInt(bits)) - 1n).toString(16);
  return {
    kty: 'RSA',
    kid: 'rsa-1',
    n: Buffer.from(modulus.padStart(modulus.length + (modulus.length % 2), '0'), 'hex').toString('base64url'),
    e: 'AQAB',
  };
};
const rsa = rsaOf(2048);

const read = (...keys: unknown[]) => readKeySet(JSON.stringify({ keys }));

type Asked = [alg: string, kid: string | undefined];

/**
 * Finds a key as the verifier does: in jose's set of the usable keys, after a round trip through JSON. undefined: none,
 * or several.
 */
const find = (set: KeySet, [alg, kid]: Asked) =>
  createLocalJWKSet(JSON.parse(JSON.stringify({ keys: set.usable })))({
    alg,
    ...(kid === undefined ? {} : { kid }),
  }).catch(() => undefined);

const finds = (set: KeySet, ...asked: Asked[]) =>
  Promise.all(asked.map(async (one) => (await find(set, one)) !== undefined));

describe('a key is found', () => {
  test('by its name and for the algorithm of its type, not for another', async () => {
    const set = await read(rsa, ec, ed);
    expect(set.unusable).toEqual([]);
    expect((await find(set, ['RS256', 'rsa-1']))?.algorithm).toMatchObject({
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
    });
    expect((await find(set, ['ES256', 'ec-1']))?.algorithm).toMatchObject({ name: 'ECDSA', namedCurve: 'P-256' });
    expect((await find(set, ['EdDSA', 'ed-1']))?.algorithm).toMatchObject({ name: 'Ed25519' });
    expect(await finds(set, ['RS256', 'ec-1'], ['ES256', 'ed-1'], ['EdDSA', 'rsa-1'], ['ES256', 'ec-2'])).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('without a name where there is but one of that algorithm', async () => {
    const set = await read(ec, ed, otherEd);
    expect(await finds(set, ['ES256', undefined], ['EdDSA', undefined], ['RS256', undefined])).toEqual([
      true,
      false,
      false,
    ]);
    expect(await finds(set, ['EdDSA', 'ed-1'], ['EdDSA', 'ed-2'])).toEqual([true, true]);
  });

  test('without a kid, by tokens without one', async () => {
    const nameless = { ...ec, kid: undefined };
    const one = await read(nameless, ed);
    expect(await finds(one, ['ES256', undefined], ['ES256', 'undefined'])).toEqual([true, false]);
    const two = await read(nameless, { ...otherEc, kid: undefined });
    expect(two.unusable).toEqual([]);
    expect(await finds(two, ['ES256', undefined])).toEqual([false]);
  });

  test('that is listed twice, as the one that it is', async () => {
    const set = await read(ec, ec, { ...ec, use: 'sig' });
    expect(set.unusable).toEqual([]);
    expect(await finds(set, ['ES256', 'ec-1'], ['ES256', undefined])).toEqual([true, true]);
  });

  test('that is listed under two names, by each of them', async () => {
    const set = await read(ec, { ...ec, kid: 'ec-2' });
    expect(await finds(set, ['ES256', 'ec-1'], ['ES256', 'ec-2'], ['ES256', undefined])).toEqual([true, true, false]);
  });

  test('that shares its name with one of another algorithm', async () => {
    const set = await read(ec, { ...ed, kid: 'ec-1' });
    expect(set.unusable).toEqual([]);
    expect(await finds(set, ['ES256', 'ec-1'], ['EdDSA', 'ec-1'])).toEqual([true, true]);
  });

  test('by its content, not by its description', async () => {
    const set = await read({ ...ec, x5c: ['MIIB'], x5t: 'x', ext: false, iat: 1, oth_er: 1 });
    expect(await finds(set, ['ES256', 'ec-1'])).toEqual([true]);
  });
});

test('two different keys of one name are both left out, a third is not', async () => {
  const set = await read(ec, { ...otherEc, kid: 'ec-1' }, { ...otherEc, kid: 'ec-3' }, ed);
  const reason = 'another key has the same kid';
  expect(set.unusable).toEqual([
    { kid: 'ec-1', reason },
    { kid: 'ec-1', reason },
  ]);
  expect(await finds(set, ['ES256', 'ec-1'], ['ES256', 'ec-3'], ['EdDSA', 'ed-1'])).toEqual([false, true, true]);
  // Excluded keys do not count, so a token without a kid can only mean the third.
  expect(await finds(set, ['ES256', undefined])).toEqual([true]);
});

test.each(['EdDSA', 'Ed25519'])('an Ed25519 key may name its alg %s, and serves tokens of EdDSA', async (alg) => {
  const set = await read({ ...ed, alg });
  expect(set.unusable).toEqual([]);
  expect(await finds(set, ['EdDSA', 'ed-1'], ['Ed25519', 'ed-1'])).toEqual([true, false]);
});

describe('a key with these members is usable', () => {
  test.each([
    { use: 'sig' },
    { key_ops: ['verify'] },
    { key_ops: ['sign', 'verify'] },
    { use: 'sig', key_ops: ['verify'], alg: 'ES256' },
    { kid: 'k' },
    { kid: 'k'.repeat(255) },
  ])('%j', async (said) => {
    const key = { ...ec, ...said };
    const set = await read(key);
    expect(set.unusable).toEqual([]);
    expect(await finds(set, ['ES256', key.kid])).toEqual([true]);
  });
});

/** By name, since their contents differ in every run. */
const KEYS = {
  ec,
  ed,
  rsa,
  bare: { kid: 'bare' },
  'ec on another curve': createSigner('ES384', 'p-384', 'P-384').jwk,
  'ed on another curve': createSigner('EdDSA', 'ed-448', 'Ed448').jwk,
  'halves of two keys': { ...ec, x: otherEc['x'] },
  'rsa of 2047 bits': rsaOf(2047),
  'rsa of 1024 bits': rsaOf(1024),
} as const satisfies Record<string, Record<string, unknown>>;

type Unusable = [key: keyof typeof KEYS, said: Record<string, unknown>, reason: string];

const because = (reason: string, ...keys: [key: keyof typeof KEYS, said?: Record<string, unknown>][]) =>
  keys.map(([key, said = {}]): Unusable => [key, said, reason]);

test.each([
  ...because(
    'it is not public',
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((member): ['ec', Record<string, unknown>] => [
      'ec',
      { [member]: 'AQ' },
    ]),
    ['bare', { kty: 'oct', k: 'c2VjcmV0' }],
  ),
  ...because(
    'its type is not supported',
    ['bare', { kty: 'oct' }],
    ['ec on another curve'],
    ['ed on another curve'],
    ['ec', { kty: 'OKP' }],
    ['ec', { kty: 'AKP' }],
    ['ec', { kty: '' }],
    ['ec', { crv: 'Ed25519' }],
    ['ec', { crv: '' }],
    ['ed', { kty: 'EC' }],
    ['ed', { crv: 'X25519' }],
    ['ed', { crv: undefined }],
  ),
  ...because(
    'its alg does not fit its type',
    ['ec', { alg: 'ES384' }],
    ['ec', { alg: 'RS256' }],
    ['ed', { alg: 'Ed448' }],
    ['ec', { alg: 'Ed25519' }],
    ['rsa', { alg: 'EdDSA' }],
    ['rsa', { alg: 'PS256' }],
  ),
  ...because(
    'it is not for signatures',
    ['ec', { use: 'enc' }],
    ['ec', { use: '' }],
    ['ec', { use: 'enc', key_ops: ['verify'] }],
    ['ec', { key_ops: ['sign'] }],
    ['ec', { key_ops: [''] }],
    ['ec', { use: 'sig', key_ops: [] }],
  ),
  ...because(
    'it cannot be read',
    ['halves of two keys'],
    ['ec', { x: undefined }],
    ['ec', { y: 1 }],
    ['ed', { x: 'AQ' }],
    ['rsa', { n: undefined }],
  ),
  ...because('it has less than 2048 bits', ['rsa of 2047 bits'], ['rsa of 1024 bits']),
  ...because('its kty is not right', ['ec', { kty: undefined }]),
  ...because('its alg is not right', ['ec', { alg: 1 }]),
  ...because('its use is not right', ['ec', { use: 1 }]),
  ...because('its key_ops is not right', ['ec', { key_ops: 'verify' }]),
  ...because('its key_ops.1 is not right', ['ec', { key_ops: ['verify', 1] }]),
])('an unusable key is left out beside two usable ones: %s with %j: %s', async (name, said, reason) => {
  const key: Record<string, unknown> = { ...KEYS[name], ...said };
  const set = await read(otherEd, key, otherEc);
  expect(set.unusable).toEqual([{ kid: key['kid'], reason }]);
  expect(await finds(set, ['EdDSA', undefined], ['ES256', undefined], ['RS256', undefined])).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([null, 1, 'key', []])('%j is not a key', async (given) => {
  expect((await read(given, ed)).unusable).toEqual([{ kid: undefined, reason: 'its form is not right' }]);
});

test.each([
  ['', ''],
  [1, undefined],
  [null, undefined],
  ['k'.repeat(256), 'k'.repeat(255)],
])('a key with the kid %j is not used, and logged as %j', async (kid, told) => {
  expect((await read({ ...ec, kid }, ed)).unusable).toEqual([{ kid: told, reason: 'its kid is not right' }]);
});

test('a key may have more bits than the minimum', async () => {
  expect(await finds(await read(rsaOf(4096)), ['RS256', 'rsa-1'])).toEqual([true]);
});

test('a set without keys is valid', async () => {
  const set = await read();
  expect(set.unusable).toEqual([]);
  expect(await finds(set, ['ES256', undefined])).toEqual([false]);
});

test.each(['', 'null', '[]', '{}', '{"keys":null}', '{"keys":{}}', '{"keys":"key"}', '<html>'])(
  '%j is not a key set',
  async (body) => {
    await expect(readKeySet(body)).rejects.toThrow('it is not a key set');
  },
);
