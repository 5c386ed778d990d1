import { expect } from 'vitest';
import { invoiceBody, postInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { errorOf, type SignedCall, signedFetch } from './signed-fetch.ts';

const off = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();

test('a signed call passes, four minutes off too', async ({ sandbox }) => {
  const url = `${sandbox.hubCore.url}/api/v1/organizations?ids=1001`;
  expect((await signedFetch(sandbox, url)).status).toBe(200);
  expect((await signedFetch(sandbox, url, { date: off(-4) })).status).toBe(200);
  expect((await signedFetch(sandbox, url, { date: off(4) })).status).toBe(200);
});

const unauthorized: Record<string, SignedCall> = {
  'no Authorization': { headers: { authorization: undefined } },
  'no Date': { headers: { date: undefined } },
  'a Date of another format': { date: new Date().toISOString() },
  'a Date six minutes old': { date: off(-6) },
  'a Date six minutes ahead': { date: off(6) },
  'another secret': { secret: 'guess' },
  'an unknown client': { clientId: 'somebody' },
  'another request line': { signedTarget: '/api/v1/organizations?ids=1002' },
  'a bearer token': { headers: { authorization: 'Bearer abc' } },
  'another algorithm': {
    headers: { authorization: 'hmac username="x", algorithm="hmac-sha1", headers="date request-line", signature="a"' },
  },
  'fewer signed headers': {
    headers: { authorization: 'hmac username="x", algorithm="hmac-sha256", headers="date", signature="a"' },
  },
};

for (const [name, call] of Object.entries(unauthorized)) {
  test(`401: ${name}`, async ({ sandbox }) => {
    const url = `${sandbox.hubCore.url}/api/v1/organizations?ids=1001`;
    expect(await errorOf(await signedFetch(sandbox, url, call))).toMatchObject({ status: 401, code: 'unauthorized' });
  });
}

test('every signed neighbour checks the signature, and reveals nothing to a stranger', async ({ sandbox }) => {
  const { hubCore, mekariBilling, mekariPay, moderator } = sandbox;
  for (const { url } of [hubCore, mekariBilling, mekariPay, moderator]) {
    expect((await fetch(`${url}/api/v1/whatever`)).status).toBe(401);
    expect((await signedFetch(sandbox, `${url}/api/v1/whatever`)).status).toBe(404);
  }
});

const badWrites: Record<string, [SignedCall, number, string]> = {
  'no Digest': [{ headers: { digest: undefined } }, 400, 'digest_missing'],
  'a Digest of other bytes': [
    { rawBody: JSON.stringify(invoiceBody()), headers: { digest: 'SHA-256=AAAA' } },
    400,
    'digest_mismatch',
  ],
  'no X-Idempotency-Key': [{ headers: { 'x-idempotency-key': undefined } }, 400, 'idempotency_key_missing'],
  'another content type': [{ headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  'no JSON': [{ rawBody: '{"amount":' }, 400, 'malformed_json'],
};

for (const [name, [call, status, code]] of Object.entries(badWrites)) {
  test(`a write is refused: ${name}`, async ({ sandbox }) => {
    expect(await errorOf(await postInvoice(sandbox, {}, call))).toMatchObject({ status, code });
    expect(sandbox.mekariPay.invoices()).toEqual([]);
  });
}

test('the request log hides the signature and keeps the rest', async ({ sandbox }) => {
  await postInvoice(sandbox, {}, { key: 'the-key' });
  const [logged] = sandbox.mekariPay.requests();
  expect(logged).toMatchObject({
    method: 'POST',
    path: '/api/v1/invoices',
    status: 201,
    headers: { authorization: '(hidden)', 'x-idempotency-key': 'the-key' },
    body: { external_id: 'TOP-1' },
  });
});
