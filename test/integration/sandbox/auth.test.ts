import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/index.ts';
import { test } from './sandbox-test.ts';
import { control, errorOf } from './signed-fetch.ts';

function verify({ auth }: Sandbox, token: string) {
  const { issuer, audience } = auth;
  return jwtVerify(token, createRemoteJWKSet(new URL(auth.jwksUrl)), {
    issuer,
    audience,
    algorithms: ['ES256', 'RS256', 'EdDSA'],
  });
}

for (const alg of ['ES256', 'RS256', 'EdDSA'] as const) {
  test(`a token signed with ${alg} verifies by the JWKS`, async ({ sandbox }) => {
    const token = await sandbox.auth.token({ sub: 'siti', organization_id: '1004', scope: 'topup:read', alg });
    const { payload, protectedHeader } = await verify(sandbox, token);
    expect(payload).toMatchObject({ sub: 'siti', organization_id: '1004', scope: 'topup:read' });
    expect(protectedHeader.alg).toBe(alg);
  });
}

test('POST /token mints a token and refuses unknown fields', async ({ sandbox }) => {
  const mint = (claims: unknown) => control(`${sandbox.auth.url}/token`, 'POST', claims);
  const { access_token } = (await (await mint({ organization_id: '1002', scope: '', expires_in: 60 })).json()) as {
    access_token: string;
  };
  const { payload } = await verify(sandbox, access_token);
  expect(payload).toMatchObject({ organization_id: '1002', scope: '' });
  expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
  expect(await errorOf(await mint({ organisation: '1' }))).toMatchObject({ status: 422, fields: ['organisation'] });
});

test('POST /token mints a token that is expired, of another issuer or audience, or without a claim', async ({
  sandbox,
}) => {
  const { auth } = sandbox;
  await expect(verify(sandbox, await auth.token({ expires_in: -10 }))).rejects.toMatchObject({
    code: 'ERR_JWT_EXPIRED',
  });
  await expect(verify(sandbox, await auth.token({ issuer: 'https://other.test' }))).rejects.toMatchObject({
    claim: 'iss',
  });
  await expect(verify(sandbox, await auth.token({ audience: 'other' }))).rejects.toMatchObject({ claim: 'aud' });
  const { payload } = await verify(sandbox, await auth.token({ claims: { organization_id: null } }));
  expect(payload).not.toHaveProperty('organization_id');
});

test('a rotation signs with the new key, and the old one verifies until it is retired', async ({ sandbox }) => {
  const { auth } = sandbox;
  const before = await auth.token();
  const kid = await auth.rotate();
  const after = await auth.token();
  expect(decodeProtectedHeader(after).kid).toBe(kid);
  expect(decodeProtectedHeader(before).kid).not.toBe(kid);
  await verify(sandbox, before);
  await verify(sandbox, after);
  await auth.rotate({ retireOld: true });
  await expect(verify(sandbox, after)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  await verify(sandbox, await auth.token({ alg: 'RS256' }));
});

test('every token on the page and every ready-made token verifies', async ({ sandbox }) => {
  const ready = await sandbox.auth.readyTokens();
  for (const { access_token, organization_id } of ready) {
    expect((await verify(sandbox, access_token)).payload).toMatchObject({ organization_id });
  }
  const html = await (await fetch(sandbox.auth.url)).text();
  for (const { label } of ready) expect(html).toContain(label);
});
