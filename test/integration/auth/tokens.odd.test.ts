import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefused, expectTaken } from '../../support/auth/doors.ts';
import {
  bearer,
  ec,
  ed,
  type Guarded,
  mintOf,
  partsOf,
  rsa,
  startGuarded,
  strangeEc,
  suiteOf,
} from '../../support/auth/forgeries.ts';
import { hmac } from '../../support/auth/jwt.ts';

let guarded: Guarded;

beforeAll(async () => {
  guarded = await startGuarded();
});

afterAll(() => guarded.stop());

const suite = suiteOf(() => guarded);
const { good, signedBy } = mintOf(() => guarded);

suite('refuses an odd header', [
  ['without a kid, where two keys would do', () => good(rsa, { kid: undefined }), () => good(ed, { kid: undefined })],
  ['an empty kid', () => good(ec, { kid: '' })],
  ['a kid that is a number', () => good(ec, { kid: 1 })],
  ['a kid that is null', () => good(ec, { kid: null })],
  ['a kid that is a list', () => good(ec, { kid: ['ec-1'] })],
  ['a kid that is a path', () => signedBy({ alg: 'HS256', kid: '../../../../dev/null' }, hmac(''))],
  ['a kid that is SQL', () => good(strangeEc, { kid: "x' union select 'secret' -- " })],
  ['a kid that every object has', () => good(ec, { kid: '__proto__' })],
  ['a kid with a NUL', () => good(ec, { kid: 'ec-1\u0000' })],
  ['a kid of 1,000 letters', () => good(ec, { kid: 'k'.repeat(1000) })],
  ['crit of an unknown member', () => good(ec, { crit: ['urn:example'], 'urn:example': true })],
  ['crit of exp', () => good(ec, { crit: ['exp'], exp: 1 })],
  ['crit that is empty', () => good(ec, { crit: [] })],
  ['crit of b64, and an encoded payload', () => good(ec, { crit: ['b64'], b64: true }), () => good(ec, { b64: true })],
  ['crit of b64, and none', () => good(ec, { crit: ['b64'], b64: false })],
  ['typ of a proof of possession', () => good(ec, { typ: 'dpop+jwt' }), () => good(ec, { typ: 'at+jwt' })],
  ['typ of a logout', () => good(ec, { typ: 'logout+jwt' }), () => good(ec, { typ: 'application/at+jwt' })],
  ['typ that is no text', () => good(ec, { typ: 1 }), () => good(ec, { typ: undefined })],
  ['a header that is a list', () => signedBy([{ alg: 'ES256', kid: 'ec-1' }], ec.sign)],
  ['a header that is null', () => signedBy(null, ec.sign)],
  ['a header that is no JSON', () => signedBy('{"alg":"ES256"', ec.sign)],
]);

suite('refuses an odd form', [
  ['a token within a token', () => signedBy({ alg: 'ES256', kid: 'ec-1', cty: 'JWT' }, ec.sign, good())],
  [
    'a token within a token, quoted',
    () => signedBy({ alg: 'ES256', kid: 'ec-1', cty: 'JWT' }, ec.sign, JSON.stringify(good())),
  ],
  ['claims in a list', () => signedBy({ alg: 'ES256', kid: 'ec-1' }, ec.sign, [guarded.issuer.claims()])],
  ['claims that are null', () => signedBy({ alg: 'ES256', kid: 'ec-1' }, ec.sign, 'null')],
  [
    'claims that are no JSON',
    () => signedBy({ alg: 'ES256', kid: 'ec-1' }, ec.sign, JSON.stringify(guarded.issuer.claims()).slice(0, -1)),
  ],
  ['two parts', () => partsOf(good()).slice(0, 2).join('.')],
  ['four parts', () => `${good()}.${partsOf(good())[2]}`],
  ['five parts, as if encrypted', () => `${good()}.AAAA.AAAA`],
  ['an empty payload', () => signedBy({ alg: 'ES256', kid: 'ec-1' }, ec.sign, '')],
  ['padded with =', () => `${signedBy({ alg: 'ES256', kid: 'ec-1' }, ec.sign)}==`],
  [
    'as JSON',
    () => {
      const [header, payload, signature] = partsOf(good());
      return JSON.stringify({ protected: header, payload, signature });
    },
  ],
  ['of more than 4 KB', () => ofLength(4097), () => ofLength(4096)],
  ['of 12 KB', () => ofLength(12_000)],
  ['nonsense', () => 'nonsense'],
  ['dots', () => '..'],
  ['three letters', () => 'a.b.c'],
]);

/**
 * A valid token of exactly this many bytes. A claim of n bytes takes 4/3 n: the header's padding makes up for the rest.
 */
function ofLength(length: number): string {
  const rest = length - signedBy({ alg: 'ES256', kid: 'ec-1', pad: '' }, ec.sign).length;
  for (let pad = Math.floor((rest * 3) / 4) - 4; ; pad++) {
    const token = signedBy({ alg: 'ES256', kid: 'ec-1', pad: 'x'.repeat(pad) }, ec.sign);
    if (token.length >= length) return token.length === length ? token : fail(`no token has ${length} bytes`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}

describe('the Authorization header', () => {
  test.each<[string, (token: string) => string[]]>([
    ['with two tokens', (token) => [`Bearer ${token}, Bearer ${token}`]],
    ['with two tokens after one word', (token) => [`Bearer ${token} ${token}`]],
    ['twice', (token) => [`Bearer ${token}`, `Bearer ${token}`]],
    ['twice, the second a forgery', (token) => [`Bearer ${token}`, 'Bearer a.b.c']],
    ['with a tab', (token) => [`Bearer\t${token}`]],
    ['without the word', (token) => [token]],
    ['with another word', (token) => [`Token ${token}`]],
    ['of another scheme', () => ['Basic YWRtaW46YWRtaW4=']],
    ['without a token', () => ['Bearer']],
    ['in quotes', (token) => [`Bearer "${token}"`]],
  ])('%s is refused', async (_name, headers) => {
    await expectRefused(guarded.app.url, headers(good()));
    await expectTaken(guarded.app.url, bearer(good()));
  });

  test('may use lower case and end with spaces', async () => {
    await expectTaken(guarded.app.url, [`bearer ${good()}  `]);
  });
});

test('no token causes a failure', () => {
  const events = guarded.app.logs.map(({ event }) => event);
  for (const failure of ['request_failed', 'field_failed']) expect(events).not.toContain(failure);
});
