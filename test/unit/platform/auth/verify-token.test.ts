import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIssuerKeys } from '../../../../src/platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../../../../src/platform/auth/verify-token.ts';
import { createLogger } from '../../../../src/platform/telemetry/logger.ts';
import { inSeconds, startIssuer, type TestIssuer } from '../../../support/auth/issuer.ts';
import { compact, createSigner, hmac } from '../../../support/auth/jwt.ts';

const ec = createSigner('ES256', 'ec-1', 'P-256');
const ed = createSigner('EdDSA', 'ed-1', 'Ed25519');
const rsa = createSigner('RS256', 'rsa-1', '2048');
const named = (kid: string) => ({ ...ec, kid, jwk: { ...ec.jwk, kid } });
const longNamed = named('k'.repeat(255));
const stranger = createSigner('ES256', 'ec-1', 'P-256');
const PUBLIC = ec.publicKey.export({ type: 'spki', format: 'pem' });

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
  issuer.serve([ec, ed, rsa, named('k'), longNamed].map(({ jwk }) => jwk));
});

afterAll(() => issuer.stop());

/** Uses keys that were never fetched before: the first fetch has no other to wait for. */
async function verified(authorization: string | undefined): Promise<unknown> {
  const keys = createIssuerKeys({ url: issuer.url, log: createLogger('silent') });
  const { iss, aud } = issuer.claims() as { iss: string; aud: string };
  try {
    return await createTokenVerifier({ keys, issuer: iss, audience: aud })(authorization);
  } finally {
    keys.close();
  }
}

const CALLER = { subject: 'admin-1001', organizationId: '1001', scopes: new Set(['topup:read']) };
const bearer = (token: string) => `Bearer ${token}`;
const invalid = (reason: string) => ({ name: 'InvalidTokenError', message: `The token is not valid: ${reason}.` });
const NOT_VERIFIED = invalid('it could not be verified');

describe('without a token', () => {
  test.each([undefined, ''])('%j gives no caller', async (authorization) => {
    expect(await verified(authorization)).toBeUndefined();
  });

  test.each([
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['the scheme alone', 'Bearer'],
    ['nothing behind the scheme', 'Bearer '],
    ['one part', 'Bearer aa'],
    ['two parts', 'Bearer aa.bb'],
    ['four parts', 'Bearer aa.bb.cc.dd'],
    ['five parts', 'Bearer aa.bb.cc.dd.ee'],
    ['no first part', 'Bearer .bb.cc'],
    ['no second part', 'Bearer aa..cc'],
    ['no third part', 'Bearer aa.bb.'],
    ['letters of another alphabet', 'Bearer aa.b+b/.cc='],
  ])('%s is refused', async (_, authorization) => {
    await expect(verified(authorization)).rejects.toMatchObject(invalid('expected "Bearer <JWT>"'));
  });

  test.each([
    ['something before', (token: string) => `x Bearer ${token}`],
    ['something behind', (token: string) => `Bearer ${token} x`],
    ['another one behind', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['a line behind', (token: string) => `Bearer ${token}\n`],
    ['two spaces', (token: string) => `Bearer  ${token}`],
    ['no scheme', (token: string) => token],
  ])('%s around a valid token is refused', async (_, write) => {
    await expect(verified(write(issuer.token(ec)))).rejects.toMatchObject(invalid('expected "Bearer <JWT>"'));
  });
});

describe('a valid token is accepted', () => {
  test.each([ec, ed, rsa])('with $alg', async (signer) => {
    expect(await verified(bearer(issuer.token(signer)))).toStrictEqual(CALLER);
  });

  test.each(['bearer', 'BEARER'])('with the scheme %s', async (scheme) => {
    expect(await verified(`${scheme} ${issuer.token(ec)}`)).toStrictEqual(CALLER);
  });

  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/jwt', 'application/at+JWT'])(
    'with the type %j',
    async (typ) => {
      expect(await verified(bearer(issuer.token(ec, {}, { typ })))).toStrictEqual(CALLER);
    },
  );

  test('with a kid of the shortest or the longest length, and with the only key without a kid', async () => {
    for (const signer of [named('k'), longNamed, { ...ed, kid: undefined }]) {
      expect(await verified(bearer(issuer.token(signer)))).toStrictEqual(CALLER);
    }
  });

  test('with an end or a beginning within the clock tolerance', async () => {
    expect(await verified(bearer(issuer.token(ec, { exp: inSeconds(-25) })))).toStrictEqual(CALLER);
    expect(await verified(bearer(issuer.token(ec, { nbf: inSeconds(30), iat: inSeconds(30) })))).toStrictEqual(CALLER);
  });
});

/** A valid token of this many letters. Neither the claims nor the header alone can give every length. */
function tokenOf(length: number): string {
  for (const more of ['', 'x', 'xx', 'xxx']) {
    for (let padding = 2600; padding < 3000; padding++) {
      const token = issuer.token(ec, { padding: 'x'.repeat(padding) }, { more });
      if (token.length === length) return token;
    }
  }
  throw new Error(`no token has ${length} letters`);
}

test('a token may have 4096 letters', async () => {
  expect(await verified(bearer(tokenOf(4096)))).toStrictEqual(CALLER);
  await expect(verified(bearer(tokenOf(4097)))).rejects.toMatchObject(invalid('it is too long'));
});

describe('refuses a token header', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no alg', { alg: undefined }],
    ['the alg none', { alg: 'none' }],
    ['another alg', { alg: 'PS256' }],
    ['the alg of another key', { alg: 'RS256' }],
    ['alg in small letters', { alg: 'es256' }],
    ['an empty kid', { kid: '' }],
    ['a kid that is a number', { kid: 1 }],
    ['a kid that is null', { kid: null }],
    ['an unknown kid', { kid: 'ec-2' }],
    ['a kid of 256 letters', { kid: 'k'.repeat(256) }],
    ['no kid, where several keys would do', { kid: undefined }],
    ['typ of something else', { typ: 'dpop+jwt' }],
    ['typ with something before', { typ: 'xjwt' }],
    ['typ with something behind', { typ: 'jwtx' }],
    ['typ that is empty', { typ: '' }],
    ['typ that is null', { typ: null }],
    ['crit', { crit: ['exp'], exp: inSeconds(60) }],
    ['an empty crit', { crit: [] }],
  ])('with %s', async (_, header) => {
    await expect(verified(bearer(issuer.token(ec, {}, header)))).rejects.toMatchObject(NOT_VERIFIED);
  });
});

describe('refuses a signature', () => {
  const header = { alg: 'ES256', kid: 'ec-1' };
  test.each([
    ["a stranger's", () => issuer.token(stranger)],
    ['by the public key as a secret', () => compact({ alg: 'HS256', kid: 'ec-1' }, issuer.claims(), hmac(PUBLIC))],
    ['of nothing', () => compact(header, issuer.claims(), () => Buffer.alloc(64))],
    ['too short', () => compact(header, issuer.claims(), () => Buffer.alloc(1))],
    [
      'of other claims',
      () => issuer.token(ec).replace(/\.[^.]+\./, `.${issuer.token(ed, { sub: 'x' }).split('.')[1]}.`),
    ],
    ['of a header that is no JSON', () => compact('{', issuer.claims(), ec.sign)],
    ['of claims that are no JSON', () => compact(header, '{', ec.sign)],
    ['of claims that are a list', () => compact(header, [], ec.sign)],
  ])('%s', async (_, token) => {
    await expect(verified(bearer(token()))).rejects.toMatchObject(NOT_VERIFIED);
  });
});

describe('refuses claims', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no iss', { iss: undefined }],
    ['another iss', { iss: 'https://issuer.example.com' }],
    ['no aud', { aud: undefined }],
    ['another aud', { aud: 'another-product' }],
    ['no exp', { exp: undefined }],
    ['an exp that is text', { exp: '2040-01-01' }],
    ['no sub', { sub: undefined }],
    ['an nbf to come', { nbf: inSeconds(60) }],
  ])('by the library: %s', async (_, claims) => {
    await expect(verified(bearer(issuer.token(ec, claims)))).rejects.toMatchObject(NOT_VERIFIED);
  });

  test.each([
    ['an end in the past', { exp: inSeconds(-60) }, 'it has expired'],
    ['an end beyond any', { exp: inSeconds(3600) * 1000 }, 'claim exp is not right'],
    ['two audiences', { aud: ['self-topup-test', 'another-product'] }, 'claim aud is not right'],
    ['no organization', { organization_id: undefined }, 'claim organization_id is missing'],
  ])('with a reason: %s', async (_, claims, reason) => {
    await expect(verified(bearer(issuer.token(ec, claims)))).rejects.toMatchObject(invalid(reason));
  });
});

test("nobody is let in without the issuer's keys, and the reason is given", async () => {
  const down = await startIssuer();
  const keys = createIssuerKeys({ url: down.url, log: createLogger('silent') });
  const { iss, aud } = issuer.claims() as { iss: string; aud: string };
  const verify = createTokenVerifier({ keys, issuer: iss, audience: aud });
  await expect(verify(bearer(issuer.token(ec)))).rejects.toMatchObject(invalid("the issuer's keys cannot be reached"));
  keys.close();
  await down.stop();
});
