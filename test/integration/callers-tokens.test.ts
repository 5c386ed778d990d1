import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TokenOptions } from '../../sandbox/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createTestClient } from '../support/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app.close());

const QUERY = '{ topupOrders { totalCount } }';
const ask = (token: string) => createTestClient(app.url, token).send(QUERY);
const token = (options?: TokenOptions) => app.sandbox.auth.token(options);

async function expectRefused(given: string): Promise<void> {
  const { status, data, errors } = await ask(given);
  expect({ status, data, codes: errors?.map(({ extensions }) => extensions['code']) }).toEqual({
    status: 401,
    data: undefined,
    codes: ['UNAUTHENTICATED'],
  });
}

/** The claims of a good token, for issuers that sign as they should not. */
const claims = () => ({
  iss: app.sandbox.auth.issuer,
  aud: app.sandbox.auth.audience,
  sub: 'admin-1001',
  organization_id: '1001',
  scope: 'topup:read',
});

async function publicKey(alg: string): Promise<JsonWebKey & { kid: string }> {
  const { keys } = await (await fetch(app.sandbox.auth.jwksUrl)).json();
  return keys.find((key: { alg: string }) => key.alg === alg);
}

test.each(['RS256', 'ES256', 'EdDSA'] as const)('a token that is signed with %s is good', async (alg) => {
  expect(await ask(await token({ alg }))).toMatchObject({ status: 200, data: { topupOrders: { totalCount: 0 } } });
});

test.each<[string, () => TokenOptions]>([
  ['that has expired', () => ({ expires_in: -60 })],
  ['of another issuer', () => ({ issuer: 'https://issuer.example.test' })],
  ['for another audience', () => ({ audience: 'another-product' })],
  ['that is not valid yet', () => ({ claims: { nbf: Math.floor(Date.now() / 1000) + 3600 } })],
  ['without exp', () => ({ claims: { exp: null } })],
  ['without sub', () => ({ claims: { sub: null } })],
  ['without issuer', () => ({ claims: { iss: null } })],
  ['without audience', () => ({ claims: { aud: null } })],
  ['of no organization and no support', () => ({ claims: { organization_id: null } })],
  ['with an organization that is no text', () => ({ claims: { organization_id: { id: '1001' } } })],
  ['with scopes that are no text', () => ({ claims: { scope: ['topup:read'] } })],
  ['of more than 4 KB', () => ({ claims: { padding: 'x'.repeat(5000) } })],
])('a token %s is refused', async (_kind, options) => {
  await expectRefused(await token(options()));
});

test('a token that nobody signed is refused', async () => {
  await expectRefused(new UnsecuredJWT(claims()).setExpirationTime('1h').encode());
  const [, payload] = (await token()).split('.');
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  await expectRefused(`${header}.${payload}.AAAA`);
});

test('a token that is signed with the public key as an HMAC secret is refused', async () => {
  const jwk = await publicKey('RS256');
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  for (const secret of [pem.toString(), jwk.n ?? '']) {
    const forged = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: jwk.kid }).setExpirationTime('1h');
    await expectRefused(await forged.sign(Buffer.from(secret)));
  }
});

test('a token that is signed by another key under the issuer’s kid, or its own, is refused', async () => {
  const { kid } = await publicKey('ES256');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const used of [kid, 'unheard-of', undefined]) {
    const forged = new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: used }).setExpirationTime('1h');
    await expectRefused(await forged.sign(privateKey));
  }
});

test('a good token whose claims were changed is refused', async () => {
  const [header, payload = '', signature] = (await token({ organization_id: '1002' })).split('.');
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), organization_id: '1001' };
  await expectRefused(`${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`);
});

test.each(['nonsense', 'a.b.c', '..', 'null', `${'é'.repeat(10)}.b.c`.replace(/é/g, '%C3')])(
  '%j in a token’s place is refused',
  expectRefused,
);

test.each(['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer  ', 'nonsense'])(
  'the header %j is refused',
  async (authorization) => {
    const { status, errors } = await createTestClient(app.url, '').send(QUERY, {}, { authorization });
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  },
);

test('no token is written to the log, good or bad', async () => {
  const [good, bad] = [await token(), await token({ expires_in: -60 })];
  await ask(good);
  await ask(bad);
  const log = JSON.stringify(app.logs);
  for (const [, payload = '', signature = ''] of [good.split('.'), bad.split('.')]) {
    expect(log).not.toContain(payload);
    expect(log).not.toContain(signature);
  }
});

test('while the key set cannot be had for the first time nobody is let in, and then everybody again', async () => {
  const second = await startApp({ withoutBackground: true });
  try {
    const admin = await second.client();
    await second.sandbox.auth.refuse();
    const refused = await admin.send(QUERY);
    expect({ status: refused.status, code: refused.errors?.[0]?.extensions['code'] }).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    await second.sandbox.auth.accept();
    expect((await admin.send(QUERY)).status).toBe(200);
    await second.sandbox.auth.refuse();
    expect((await admin.send(QUERY)).status).toBe(200);
  } finally {
    await second.close();
  }
});

// The set is not asked for again within ten seconds: whoever makes up kids must not make us ask for each.
test('a new key is found by its kid, and a retired one is no longer good', { timeout: 60_000 }, async () => {
  const second = await startApp({ withoutBackground: true });
  try {
    const before = await second.client();
    expect((await before.send(QUERY)).status).toBe(200);
    await second.sandbox.auth.rotate({ alg: 'ES256', retireOld: true });
    const after = await second.client();
    while ((await after.send(QUERY)).status !== 200) await sleep(250);
    expect((await before.send(QUERY)).status).toBe(401);
  } finally {
    await second.close();
  }
});
