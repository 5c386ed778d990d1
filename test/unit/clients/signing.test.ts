import { expect, test } from 'vitest';
import { digest, signedHeaders } from '../../../src/clients/signing.ts';

const CREDENTIALS = { clientId: 'self-topup', clientSecret: 'a secret' };
const REQUEST = { method: 'POST', pathAndQuery: '/v1/invoices?x=1', at: new Date('2026-11-22T03:04:05.678Z') };

// Made with openssl: printf 'date: …\nPOST /v1/invoices?x=1 HTTP/1.1' | openssl dgst -sha256 -hmac 'a secret' -binary | base64
test("the header equals openssl's for the same date and request line", () => {
  expect(signedHeaders(CREDENTIALS, REQUEST)).toEqual({
    date: 'Sun, 22 Nov 2026 03:04:05 GMT',
    authorization:
      'hmac username="self-topup", algorithm="hmac-sha256", headers="date request-line", signature="HRagNq39uzIxz4auDnNYcrclLQxC/fgAhlnUda8vaXg="',
  });
});

test.each([
  ['method', { ...REQUEST, method: 'GET' }],
  ['path', { ...REQUEST, pathAndQuery: '/v1/invoices?x=2' }],
  ['time', { ...REQUEST, at: new Date('2026-11-22T03:04:06Z') }],
])('another %s changes the signature', (_, request) => {
  expect(signedHeaders(CREDENTIALS, request).authorization).not.toBe(signedHeaders(CREDENTIALS, REQUEST).authorization);
});

test('another secret changes the signature', () => {
  const other = { ...CREDENTIALS, clientSecret: 'another secret' };
  expect(signedHeaders(other, REQUEST).authorization).not.toBe(signedHeaders(CREDENTIALS, REQUEST).authorization);
});

// printf '{"a":1}' | openssl dgst -sha256 -binary | base64
test('a digest covers the exact bytes', () => {
  expect(digest('{"a":1}')).toBe('SHA-256=AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=');
});
