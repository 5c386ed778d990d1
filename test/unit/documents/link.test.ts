import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type DocumentLink, linkKeys, readToken, writeToken } from '../../../src/documents/rules/document-link.ts';

const SECRET = 'a-secret-of-this-test-that-is-long-enough';
const keys = linkKeys([SECRET], 'the secret of calls');
const NOW = new Date('2026-11-22T08:00:00Z');
const link: DocumentLink = {
  organizationId: '1001',
  orderId: '0190a5b4-0000-7000-8000-000000000001',
  kind: 'QUOTATION',
  quote: 2,
  expiresAt: new Date('2026-11-22T08:10:00Z'),
};
const token = writeToken(keys, link);
const [content = '', signature = ''] = token.split('.');

test('a token gives its document back until it expires', () => {
  expect(readToken(keys, token, NOW)).toEqual(link);
  expect(readToken(keys, token, new Date('2026-11-22T08:09:59Z'))).toEqual(link);
  expect(readToken(keys, token, new Date('2026-11-22T08:10:00Z'))).toBe('expired');
});

test('a token is one part of a path', () => {
  expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
  const longest = writeToken(keys, { ...link, organizationId: '9'.repeat(64) });
  expect(longest.length).toBeLessThan(400);
});

describe('a token that we did not write is unknown', () => {
  const facts = (changes: unknown[]) => Buffer.from(JSON.stringify(changes)).toString('base64url');
  const { organizationId, orderId, kind, quote } = link;
  test.each<[string, string]>([
    ['nothing', ''],
    ['no signature', content],
    ['an empty signature', `${content}.`],
    ['a shorter signature', `${content}.${signature.slice(0, -1)}`],
    ['another spelling of the signature', `${content}.${signature.slice(0, -1)}${next(signature)}`],
    ['padding', `${token}=`],
    ['a third part', `${token}.x`],
    ['another organization', `${facts(['1002', orderId, kind, quote, 1_795_335_000])}.${signature}`],
    ['a later end', `${facts([organizationId, orderId, kind, quote, 1_895_335_000])}.${signature}`],
    ['another secret', writeToken(linkKeys(['another-secret-that-is-long-enough-too'], ''), link)],
    ['the secret itself as the key', `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`],
    ['a kind of a later version', writeToken(keys, { ...link, kind: 'STATEMENT' as 'RECEIPT' })],
    ['odd text', '💥.💥'],
  ])('%s', (_, forged) => {
    expect(readToken(keys, forged, NOW)).toBeUndefined();
  });

  /** The next digit of base64url with the same bits that count. */
  function next(text: string): string {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return digits[digits.indexOf(text.at(-1) ?? 'A') + 1] ?? 'A';
  }
});

test('during a rotation the first secret signs, and all are accepted', () => {
  const rotated = linkKeys(['a-new-secret-of-this-test-that-is-long-enough', SECRET], '');
  expect(readToken(rotated, token, NOW)).toEqual(link);
  expect(readToken(keys, writeToken(rotated, link), NOW)).toBeUndefined();
});

test('without a secret of their own, links are signed with a key of the calls’ secret', () => {
  const derived = linkKeys(undefined, 'the secret of calls');
  const own = writeToken(derived, link);
  expect(readToken(derived, own, NOW)).toEqual(link);
  expect(readToken(linkKeys(undefined, 'another secret of calls'), own, NOW)).toBeUndefined();
  expect(readToken(keys, own, NOW)).toBeUndefined();
});
