import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign as signWith } from 'node:crypto';

/** Tokens made by hand, because no library would sign them. */
export type Sign = (input: Buffer) => Buffer;

export interface Signer {
  alg: string;
  kid: string | undefined;
  publicKey: KeyObject;
  privateKey: KeyObject;
  sign: Sign;
  /** The key in the form in which an issuer publishes it. */
  jwk: JsonWebKey & Record<string, unknown>;
}

const encode = (part: unknown) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part));

/** Header and payload as objects, or as text to be used unchanged. */
export function compact(header: unknown, payload: unknown, sign: Sign): string {
  const input = `${encode(header).toString('base64url')}.${encode(payload).toString('base64url')}`;
  return `${input}.${sign(Buffer.from(input)).toString('base64url')}`;
}

export const hmac =
  (secret: string | Buffer, hash = 'sha256'): Sign =>
  (input) =>
    createHmac(hash, secret).update(input).digest();

function pairOf(type: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type === 'Ed25519') return generateKeyPairSync('ed25519');
  if (type === 'Ed448') return generateKeyPairSync('ed448');
  if (/^\d+$/.test(type)) return generateKeyPairSync('rsa', { modulusLength: Number(type) });
  return generateKeyPairSync('ec', { namedCurve: type });
}

/** `type`: bits of an RSA key, or the name of a curve. `jwk` holds the further members of the published key. */
export function createSigner(
  alg: string,
  kid: string | undefined,
  type: string,
  jwk: Record<string, unknown> = {},
): Signer {
  const { publicKey, privateKey } = pairOf(type);
  const hash = type.startsWith('Ed') ? null : 'sha256';
  return {
    alg,
    kid,
    publicKey,
    privateKey,
    sign: (input) => signWith(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }), ...jwk },
  };
}
