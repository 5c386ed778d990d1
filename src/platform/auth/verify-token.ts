import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Caller } from './caller.ts';
import { InvalidTokenError } from './invalid-token.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { ALGORITHMS } from './key-set.ts';
import { CLOCK_TOLERANCE_SECONDS, toCaller } from './token-claims.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Takes the raw Authorization header. Resolves to undefined without a header. Rejects with InvalidTokenError. */
export type VerifyToken = (authorization: string | undefined) => Promise<Caller | undefined>;

const MAX_TOKEN_BYTES = 4096;
const MAX_HEADER_BYTES = MAX_TOKEN_BYTES + 'Bearer '.length;

/**
 * Checks a token's header. Ignores members that name a key's place (`jku`, `x5u`, `x5c`, `jwk`). Refuses `crit`, because we
 * support no extension. `typ` keeps out tokens that the issuer signs for other purposes.
 */
const header = z.object({
  alg: z.enum(ALGORITHMS),
  kid: z.string().min(1).max(255).optional(),
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: z.never().optional(),
});

/** Verifies a bearer token against the issuer's keys (docs/decisions/0036), once per key set version. */
export function createTokenVerifier(options: { keys: IssuerKeys; issuer: string; audience: string }): VerifyToken {
  const { keys, issuer, audience } = options;
  const verifiedTokens = new VerifiedTokens();
  const terms: JWTVerifyOptions = {
    algorithms: [...ALGORITHMS],
    issuer,
    audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  const keyFor: JWTVerifyGetKey = (protectedHeader) => {
    if (!header.safeParse(protectedHeader).success) throw notVerified();
    return keys.find(protectedHeader);
  };

  return async (authorization) => {
    const token = tokenIn(authorization);
    if (token === undefined) return undefined;
    const keySetVersion = keys.version();
    const cachedCaller = verifiedTokens.find(token, keySetVersion);
    if (cachedCaller !== undefined) return cachedCaller;
    const { payload } = await jwtVerify(token, keyFor, terms).catch(refuse);
    const caller = toCaller(payload);
    // If the set changed meanwhile, either version may have verified the token.
    if (keySetVersion !== undefined && keySetVersion === keys.version()) {
      verifiedTokens.add(token, { caller, exp: payload.exp ?? 0, keySetVersion });
    }
    return caller;
  };
}

function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization === '') return undefined;
  if (authorization.length > MAX_HEADER_BYTES) throw new InvalidTokenError('it is too long');
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new InvalidTokenError('expected "Bearer <JWT>"');
  return token;
}

const notVerified = () => new InvalidTokenError('it could not be verified');

/** Tells the caller only the kind of fault. Rethrows an error that is not about the token. */
function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new InvalidTokenError('it has expired');
  throw error instanceof errors.JOSEError ? notVerified() : error;
}
