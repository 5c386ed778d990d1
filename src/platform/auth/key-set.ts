import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import { z } from 'zod';

/** Each is for one type of key: which one a token is verified with is the key's to say, never the token's. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

interface UsableKey {
  alg: Algorithm;
  kid: string | undefined;
  thumbprint: string;
  key: CryptoKey;
}

export interface KeySet {
  /** Without a kid: the only key of that algorithm, where there is but one. */
  find(alg: Algorithm, kid: string | undefined): CryptoKey | undefined;
  /** What the issuer serves and nothing is verified with, for the log. */
  readonly unusable: readonly { kid: string | undefined; reason: string }[];
}

const keySet = z.object({ keys: z.array(z.unknown()) });
const jsonWebKey = z.looseObject({
  kty: z.string(),
  kid: z.string().min(1).max(255).optional(),
  use: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
  alg: z.string().optional(),
});

const MIN_RSA_BITS = 2048;
/** Of every type, symmetric keys included. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

class UnusableKey extends Error {}

function algorithmOf({ kty, crv }: JWK): Algorithm {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  throw new UnusableKey('its type is none that we take');
}

async function readKey(given: unknown): Promise<UsableKey> {
  const parsed = jsonWebKey.safeParse(given);
  if (!parsed.success) throw new UnusableKey(`its ${parsed.error.issues[0]?.path.join('.') || 'form'} is not right`);
  const { kid, use, key_ops, ...rest } = parsed.data;
  const jwk = rest as JWK;
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw new UnusableKey('it is not public');
  const alg = algorithmOf(jwk);
  if (jwk.alg !== undefined && jwk.alg !== alg) throw new UnusableKey('its alg does not fit its type');
  const isForSignatures = (use ?? 'sig') === 'sig' && (key_ops ?? ['verify']).includes('verify');
  if (!isForSignatures) throw new UnusableKey('it is not for signatures');
  const { kty, crv, x, y, n, e } = jwk;
  const key = await importJWK({ kty, crv, x, y, n, e } as JWK, alg).catch(() => undefined);
  if (key === undefined || key instanceof Uint8Array) throw new UnusableKey('it cannot be read');
  const { modulusLength = MIN_RSA_BITS } = key.algorithm as { modulusLength?: number };
  if (modulusLength < MIN_RSA_BITS) throw new UnusableKey(`it has less than ${MIN_RSA_BITS} bits`);
  return { alg, kid, key, thumbprint: await calculateJwkThumbprint(jwk) };
}

const nameOf = (given: unknown) => {
  const { kid } = { ...(given as { kid?: unknown }) };
  return typeof kid === 'string' ? kid.slice(0, 255) : undefined;
};

/** Two different keys under one name: which of them is meant cannot be told, and neither is used. The same one twice is one. */
function sortOut(keys: readonly UsableKey[]) {
  const distinct = [...new Map(keys.map((key) => [`${key.kid} ${key.thumbprint}`, key])).values()];
  const isDouble = (key: UsableKey) =>
    key.kid !== undefined && distinct.some((other) => other !== key && other.alg === key.alg && other.kid === key.kid);
  return { doubles: distinct.filter(isDouble), single: distinct.filter((key) => !isDouble(key)) };
}

/** Reads a JSON Web Key Set (RFC 7517). Throws where it is none; single keys that are not usable are left out. */
export async function readKeySet(body: string): Promise<KeySet> {
  const { keys } = keySet.parse(JSON.parse(body));
  const usable: UsableKey[] = [];
  const unusable: { kid: string | undefined; reason: string }[] = [];
  for (const given of keys) {
    try {
      usable.push(await readKey(given));
    } catch (error) {
      if (!(error instanceof UnusableKey)) throw error;
      unusable.push({ kid: nameOf(given), reason: error.message });
    }
  }
  const { doubles, single } = sortOut(usable);
  unusable.push(...doubles.map(({ kid }) => ({ kid, reason: 'another key has the same kid' })));
  return {
    unusable,
    find(alg, kid) {
      const [first, ...others] = single.filter((key) => key.alg === alg && (kid === undefined || key.kid === kid));
      return others.length === 0 ? first?.key : undefined;
    },
  };
}
