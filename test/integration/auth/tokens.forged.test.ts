import { createPublicKey, sign as signWith } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectTaken } from '../../support/auth/doors.ts';
import {
  bearer,
  ec,
  ed,
  type Guarded,
  mintOf,
  partsOf,
  rsa,
  rsa2,
  startGuarded,
  strangeEc,
  strangeEd,
  strangeRsa,
  suiteOf,
} from '../../support/auth/forgeries.ts';
import { startIssuer, type TestIssuer } from '../../support/auth/issuer.ts';
import { createSigner, hmac, type Sign, type Signer } from '../../support/auth/jwt.ts';

/** Keys of the issuer's set that are unusable for tokens. */
const short = createSigner('RS256', 'rsa-1024', '1024');
const forEncryption = createSigner('RS256', 'rsa-enc', '2048', { use: 'enc' });
const forAgreement = createSigner('ES256', 'ec-agree', 'P-256', { key_ops: ['deriveKey'] });
const ofOtherAlg = createSigner('RS256', 'rsa-ps', '2048', { alg: 'PS256' });
const p384 = createSigner('ES256', 'ec-384', 'P-384');
const koblitz = createSigner('ES256', 'ec-k1', 'secp256k1');
const ed448 = createSigner('EdDSA', 'ed-448', 'Ed448');
const twins = [createSigner('ES256', 'twin', 'P-256'), createSigner('ES256', 'twin', 'P-256')] as const;
const published = createSigner('ES256', 'ec-published', 'P-256');
const shared = Buffer.from('a secret that the set gives away');
const UNUSABLE = [
  ...[short, forEncryption, forAgreement, ofOtherAlg, p384, koblitz, ed448, ...twins].map(({ jwk }) => jwk),
  { ...published.privateKey.export({ format: 'jwk' }), kid: published.kid },
  { kty: 'oct', kid: 'oct-1', k: shared.toString('base64url') },
  'nonsense',
  { kty: 7 },
];

let guarded: Guarded;
/** The URL at which a stranger publishes its keys. */
let elsewhere: TestIssuer;

beforeAll(async () => {
  [guarded, elsewhere] = await Promise.all([startGuarded(UNUSABLE), startIssuer()]);
  elsewhere.serve([strangeRsa, strangeEc, strangeEd].map(({ jwk }) => jwk));
});

afterAll(() => Promise.all([guarded.stop(), elsewhere.stop()]));

const suite = suiteOf(() => guarded);
const { good, signedBy } = mintOf(() => guarded);
const ofOther = () => guarded.issuer.token(ec, { organization_id: '1002' });
const withSignature = (token: string, change: (signature: Buffer) => Buffer) => {
  const [header, payload, signature] = partsOf(token);
  return `${header}.${payload}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
};
const none: Sign = () => Buffer.alloc(0);
const pem = (signer: Signer, type: 'spki' | 'pkcs1' = 'spki') =>
  createPublicKey(signer.privateKey).export({ type, format: 'pem' }).toString();
const withHmac = (secret: string | Buffer, kid: string | undefined = 'rsa-1', alg = 'HS256') =>
  signedBy({ alg, kid, typ: 'JWT' }, hmac(secret, `sha${alg.slice(2)}`));

suite('refuses an unsigned token', [
  ['alg none, without a signature', () => signedBy({ alg: 'none' }, none)],
  [
    'alg none, with a good token’s signature',
    () => withSignature(signedBy({ alg: 'none' }, none), () => ec.sign(Buffer.from('x'))),
  ],
  ['alg None', () => signedBy({ alg: 'None', kid: 'ec-1' }, ec.sign)],
  ['alg NONE', () => signedBy({ alg: 'NONE', kid: 'ec-1' }, ec.sign)],
  ['no alg', () => signedBy({ kid: 'ec-1' }, ec.sign)],
  ['alg empty', () => signedBy({ alg: '', kid: 'ec-1' }, ec.sign)],
  ['alg null', () => signedBy({ alg: null, kid: 'ec-1' }, ec.sign)],
  ['alg in a list', () => signedBy({ alg: ['ES256'], kid: 'ec-1' }, ec.sign)],
  ['alg in lower case', () => signedBy({ alg: 'es256', kid: 'ec-1' }, ec.sign)],
  ['an empty signature', () => withSignature(good(), () => Buffer.alloc(0))],
  ['a signature of zeros, ES256', () => withSignature(good(ec), () => Buffer.alloc(64)), () => good(ec)],
  ['a signature of zeros, RS256', () => withSignature(good(rsa), () => Buffer.alloc(256)), () => good(rsa)],
  ['a signature of zeros, EdDSA', () => withSignature(good(ed), () => Buffer.alloc(64)), () => good(ed)],
  // R is the neutral element and S is zero: valid under a key of small order.
  [
    'a signature of the neutral element, EdDSA',
    () => withSignature(good(ed), () => Buffer.from([1, ...Array(63).fill(0)])),
    () => good(ed),
  ],
  [
    'a signature of which a bit is turned',
    () => withSignature(good(), (whole) => Buffer.from(whole.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))),
  ],
  ['a signature cut short', () => withSignature(good(rsa), (whole) => whole.subarray(0, 255)), () => good(rsa)],
  [
    'a signature with a byte more',
    () => withSignature(good(ed), (whole) => Buffer.concat([whole, Buffer.alloc(1)])),
    () => good(ed),
  ],
  [
    'a signature in DER',
    () => signedBy({ alg: 'ES256', kid: 'ec-1' }, (input) => signWith('sha256', input, ec.privateKey)),
  ],
  ['another token’s signature', () => [...partsOf(ofOther()).slice(0, 2), partsOf(good())[2]].join('.')],
  [
    'claims changed after they were signed',
    () => {
      const [header, , signature] = partsOf(ofOther());
      return [header, Buffer.from(JSON.stringify(guarded.issuer.claims())).toString('base64url'), signature].join('.');
    },
  ],
]);

suite('refuses a signature that uses a public key as a shared secret', [
  ['HS256, the RSA key as PEM', () => withHmac(pem(rsa))],
  ['HS256, the RSA key as PEM without its last line break', () => withHmac(pem(rsa).trimEnd())],
  ['HS256, the RSA key as PKCS 1', () => withHmac(pem(rsa, 'pkcs1'))],
  ['HS256, the RSA key as DER', () => withHmac(rsa.publicKey.export({ type: 'spki', format: 'der' }))],
  ['HS256, the RSA key’s modulus', () => withHmac(Buffer.from(String(rsa.jwk.n), 'base64url'))],
  ['HS256, the RSA key as it stands in the set', () => withHmac(JSON.stringify(rsa.jwk))],
  ['HS384, the RSA key as PEM', () => withHmac(pem(rsa), 'rsa-1', 'HS384')],
  ['HS512, the RSA key as PEM', () => withHmac(pem(rsa), 'rsa-1', 'HS512')],
  ['HS256, the EC key as PEM', () => withHmac(pem(ec), 'ec-1')],
  ['HS256, the Ed25519 key', () => withHmac(Buffer.from(String(ed.jwk.x), 'base64url'), 'ed-1')],
  ['HS256, nothing', () => withHmac('')],
  ['HS256, the symmetric key of the set', () => withHmac(shared, 'oct-1')],
  [
    'RS256 in the header, an HMAC by the PEM in its place',
    () => signedBy({ alg: 'RS256', kid: 'rsa-1' }, hmac(pem(rsa))),
    () => good(rsa),
  ],
]);

suite('refuses an algorithm that does not fit the key', [
  [
    'RS512 by the RSA key',
    () => signedBy({ alg: 'RS512', kid: 'rsa-1' }, (input) => signWith('sha512', input, rsa.privateKey)),
    () => good(rsa),
  ],
  [
    'PS256 by the RSA key',
    () =>
      signedBy({ alg: 'PS256', kid: 'rsa-1' }, (input) =>
        signWith('sha256', input, { key: rsa.privateKey, padding: 6, saltLength: 32 }),
      ),
    () => good(rsa),
  ],
  [
    'RS1 by the RSA key',
    () => signedBy({ alg: 'RS1', kid: 'rsa-1' }, (input) => signWith('sha1', input, rsa.privateKey)),
    () => good(rsa),
  ],
  [
    'RS256, signed with SHA-1',
    () => signedBy({ alg: 'RS256', kid: 'rsa-1' }, (input) => signWith('sha1', input, rsa.privateKey)),
    () => good(rsa),
  ],
  ['RS256 under the EC key’s kid', () => signedBy({ alg: 'RS256', kid: 'ec-1' }, rsa.sign)],
  ['ES256 under the RSA key’s kid', () => signedBy({ alg: 'ES256', kid: 'rsa-1' }, ec.sign)],
  ['EdDSA under the EC key’s kid', () => signedBy({ alg: 'EdDSA', kid: 'ec-1' }, ed.sign)],
  ['ES256 under the Ed25519 key’s kid', () => signedBy({ alg: 'ES256', kid: 'ed-1' }, ed.sign)],
  ['Ed25519, the algorithm’s other name', () => signedBy({ alg: 'Ed25519', kid: 'ed-1' }, ed.sign), () => good(ed)],
]);

suite('refuses a key of the set that is not meant for these tokens', [
  ['ES256 by a P-384 key', () => good(p384)],
  [
    'ES384 by a P-384 key',
    () =>
      signedBy({ alg: 'ES384', kid: 'ec-384' }, (input) =>
        signWith('sha384', input, { key: p384.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
  ],
  ['ES256 by a secp256k1 key', () => good(koblitz)],
  ['ES256K by a secp256k1 key', () => signedBy({ alg: 'ES256K', kid: 'ec-k1' }, koblitz.sign)],
  ['EdDSA by an Ed448 key', () => good(ed448), () => good(ed)],
  ['RS256 by a key of 1024 bits', () => good(short), () => good(rsa)],
  ['RS256 by a key for encryption', () => good(forEncryption), () => good(rsa)],
  ['ES256 by a key for key agreement', () => good(forAgreement)],
  ['RS256 by a key for PS256', () => good(ofOtherAlg), () => good(rsa)],
  ['ES256 by a key whose private part is there too', () => good(published)],
  ['ES256 by the first of two keys with one kid', () => good(twins[0])],
  ['ES256 by the second of two keys with one kid', () => good(twins[1])],
]);

suite('refuses a stranger’s key', [
  ['under the issuer’s kid, RS256', () => good(strangeRsa), () => good(rsa)],
  ['under the issuer’s kid, ES256', () => good(strangeEc)],
  ['under the issuer’s kid, EdDSA', () => good(strangeEd), () => good(ed)],
  ['under a kid of its own', () => good(strangeEc, { kid: 'unheard-of' })],
  ['without a kid', () => good(strangeEc, { kid: undefined })],
  [
    'embedded as jwk',
    () => good(strangeEc, { kid: undefined, jwk: strangeEc.jwk }),
    () => good(ec, { jwk: strangeEc.jwk }),
  ],
  [
    'embedded as jwk, under the issuer’s kid',
    () => good(strangeRsa, { jwk: strangeRsa.jwk }),
    () => good(rsa, { jwk: strangeRsa.jwk }),
  ],
  ['at the address in jku', () => good(strangeEc, { jku: elsewhere.url }), () => good(ec, { jku: elsewhere.url })],
  ['at the address in jku, under a kid of its own', () => good(strangeEc, { jku: elsewhere.url, kid: 'theirs' })],
  ['at the address in x5u', () => good(strangeRsa, { x5u: elsewhere.url }), () => good(rsa, { x5u: elsewhere.url })],
  [
    'in x5c',
    () => good(strangeRsa, { x5c: [strangeRsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
    () => good(rsa, { x5c: ['AAAA'] }),
  ],
]);

test.each([rsa, rsa2, ec, ed])('accepts the issuer’s own key $kid', async (signer) => {
  await expectTaken(guarded.app.url, bearer(good(signer)));
});

test('no URL in a token is fetched, no token causes a failure, and every key is available', () => {
  expect(elsewhere.asked).toBe(0);
  const events = guarded.app.logs.map(({ event }) => event);
  for (const failure of ['request_failed', 'field_failed', 'token_keys_unreachable']) {
    expect(events).not.toContain(failure);
  }
});

test('each unusable key of the set is logged once, with the reason', () => {
  const reports = guarded.app.logs.filter(({ event }) => event === 'token_key_unusable');
  expect(reports.map(({ kid, reason }) => [kid, reason]).toSorted()).toEqual(
    [
      ['rsa-1024', 'it has less than 2048 bits'],
      ['rsa-enc', 'it is not for signatures'],
      ['ec-agree', 'it is not for signatures'],
      ['rsa-ps', 'its alg does not fit its type'],
      ['ec-384', 'its type is not supported'],
      ['ec-k1', 'its type is not supported'],
      ['ed-448', 'its type is not supported'],
      ['ec-published', 'it is not public'],
      ['oct-1', 'it is not public'],
      ['twin', 'another key has the same kid'],
      ['twin', 'another key has the same kid'],
      [undefined, 'its form is not right'],
      [undefined, 'its kty is not right'],
    ].toSorted(),
  );
});
