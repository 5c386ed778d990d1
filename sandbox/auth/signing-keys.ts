import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

export type Algorithm = 'ES256' | 'RS256' | 'EdDSA';

export interface SigningKey {
  kid: string;
  alg: Algorithm;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** The issuer's keys, at first one per algorithm. The newest of an algorithm signs. */
export interface SigningKeys {
  publicJwks(): Promise<JWK[]>;
  current(alg: Algorithm): Promise<SigningKey>;
  /** Adds a key, which signs from now on. Older ones stay in the JWKS unless `retireOld`. */
  rotate(alg: Algorithm, retireOld: boolean): Promise<SigningKey>;
}

async function generate(alg: Algorithm, number: number): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const kid = `sandbox-${alg.toLowerCase()}-${number}`;
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** All issuers of the process share the first RSA key, because generating one takes longest. */
let firstRsa: Promise<SigningKey> | undefined;

/** Starts the generation at once. The first use awaits it. */
export function createSigningKeys(): SigningKeys {
  firstRsa ??= generate('RS256', 1);
  let keys: Promise<SigningKey[]> = Promise.all([generate('ES256', 1), firstRsa, generate('EdDSA', 1)]);
  const of = (list: readonly SigningKey[], alg: Algorithm) => list.filter((key) => key.alg === alg);
  let generated = 1;

  async function add(before: readonly SigningKey[], alg: Algorithm, retireOld: boolean): Promise<SigningKey[]> {
    generated += 1;
    const key = await generate(alg, generated);
    return [...before.filter((old) => !retireOld || old.alg !== alg), key];
  }

  async function current(alg: Algorithm): Promise<SigningKey> {
    const key = of(await keys, alg).at(-1);
    if (key === undefined) throw new Error(`no key for ${alg}`);
    return key;
  }

  return {
    current,
    publicJwks: async () => (await keys).map(({ publicJwk }) => publicJwk),
    rotate(alg, retireOld) {
      keys = keys.then((before) => add(before, alg, retireOld));
      return current(alg);
    },
  };
}
