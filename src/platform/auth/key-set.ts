import { importJWK, type JWK } from 'jose';
import { z } from 'zod';

/** Each algorithm belongs to one type of key. The key decides the algorithm, never the token. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** A public key with only the members that jose needs to find it. */
type UsableKey = JWK & { alg: Algorithm };

export interface KeySet {
  readonly usable: readonly UsableKey[];
  /** Keys of the issuer that verify nothing, for the log. */
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
/** The private members of every type of key, symmetric keys included. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

class UnusableKey extends Error {}

function algorithmOf({ kty, crv }: JWK): Algorithm {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  throw new UnusableKey('its type is not supported');
}

/** RFC 9864 names the only EdDSA that we support `Ed25519`. */
const isNameOf = (alg: Algorithm, name: string) => name === alg || (alg === 'EdDSA' && name === 'Ed25519');

async function readKey(entry: unknown): Promise<UsableKey> {
  const parsed = jsonWebKey.safeParse(entry);
  if (!parsed.success) throw new UnusableKey(`its ${parsed.error.issues[0]?.path.join('.') || 'form'} is not right`);
  const { kid, use = 'sig', key_ops = ['verify'], ...rest } = parsed.data;
  const jwk = rest as JWK;
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw new UnusableKey('it is not public');
  const alg = algorithmOf(jwk);
  if (!isNameOf(alg, jwk.alg ?? alg)) throw new UnusableKey('its alg does not fit its type');
  if (use !== 'sig' || !key_ops.includes('verify')) throw new UnusableKey('it is not for signatures');
  const { kty, crv, x, y, n, e } = jwk;
  const usable = { kty, crv, x, y, n, e, kid, alg } as UsableKey;
  const key = await importJWK({ ...usable }, alg).catch(() => undefined);
  if (key === undefined || key instanceof Uint8Array) throw new UnusableKey('it cannot be read');
  const { modulusLength = MIN_RSA_BITS } = key.algorithm as { modulusLength?: number };
  if (modulusLength < MIN_RSA_BITS) throw new UnusableKey(`it has less than ${MIN_RSA_BITS} bits`);
  return usable;
}

/** The issuer's name of a key for the log, cut to a bounded length. */
const kidOf = (entry: unknown) => {
  const { kid } = { ...(entry as { kid?: unknown }) };
  return typeof kid === 'string' ? kid.slice(0, 255) : undefined;
};

/** Reads a JSON Web Key Set (RFC 7517) and sorts out unusable keys. Rejects if the text is not a key set. */
export async function readKeySet(body: string): Promise<KeySet> {
  const usable = new Map<string, UsableKey>();
  const unusable: { kid: string | undefined; reason: string }[] = [];
  for (const entry of keysIn(body)) {
    try {
      const key = await readKey(entry);
      // A repeated key counts once.
      usable.set(JSON.stringify(key), key);
    } catch (error) {
      if (!(error instanceof UnusableKey)) throw error;
      unusable.push({ kid: kidOf(entry), reason: error.message });
    }
  }
  const distinct = [...usable.values()];
  const ambiguous = distinct.filter((key) => isAmbiguous(key, distinct));
  unusable.push(...ambiguous.map(({ kid }) => ({ kid, reason: 'another key has the same kid' })));
  return { usable: distinct.filter((key) => !ambiguous.includes(key)), unusable };
}

/** Two different keys of one algorithm share a kid. A token cannot name one of them, so neither is used. */
const isAmbiguous = (key: UsableKey, keys: readonly UsableKey[]) =>
  key.kid !== undefined && keys.some((other) => other !== key && other.alg === key.alg && other.kid === key.kid);

/** Hides the libraries' messages, which quote the text. */
function keysIn(body: string): unknown[] {
  try {
    return keySet.parse(JSON.parse(body)).keys;
  } catch {
    throw new Error('it is not a key set');
  }
}
