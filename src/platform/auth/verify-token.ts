import { errors, type JWTHeaderParameters, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Caller } from './caller.ts';
import { InvalidTokenError } from './invalid-token.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { ALGORITHMS } from './key-set.ts';
import { CLOCK_TOLERANCE_SECONDS, toCaller } from './token-claims.ts';
import { VerifiedTokens } from './verified-tokens.ts';

export { InvalidTokenError };

/** Takes the header as it came. Throws InvalidTokenError. */
export type VerifyToken = (authorization: string | undefined) => Promise<Caller | undefined>;

const MAX_TOKEN_BYTES = 4096;
const MAX_HEADER_BYTES = MAX_TOKEN_BYTES + 'Bearer '.length;

/**
 * What a token may say of itself. Where a key is to be had (`jku`, `x5u`, `x5c`, `jwk`) is not among it: such members are not
 * looked at. `crit` asks for what we do not know; `typ` keeps out what the same issuer signed for something else.
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

/**
 * Verifies a bearer token against the issuer's keys (docs/decisions/0036), once for as long as the same keys are good: who it
 * was is remembered until the token's own end. No header at all answers undefined: fields that need nobody can still be asked.
 */
export function createTokenVerifier(options: { keys: IssuerKeys; issuer: string; audience: string }): VerifyToken {
  const verified = new VerifiedTokens();

  async function keyFor(given: JWTHeaderParameters) {
    const parsed = header.safeParse(given);
    if (!parsed.success) throw new InvalidTokenError('it could not be verified');
    const key = await options.keys.find(parsed.data.alg, parsed.data.kid);
    if (key === 'unreachable') throw new InvalidTokenError("the issuer's keys cannot be reached");
    if (key === 'unknown') throw new InvalidTokenError('it could not be verified');
    return key;
  }

  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined;
    if (authorization.length > MAX_HEADER_BYTES) throw new InvalidTokenError('it is too long');
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new InvalidTokenError('expected "Bearer <JWT>"');
    const keys = options.keys.current();
    const known = verified.find(token, keys);
    if (known !== undefined) return known;
    try {
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms: [...ALGORITHMS],
        issuer: options.issuer,
        audience: options.audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const caller = toCaller(payload);
      // Where they changed meanwhile, nobody knows with which of them it was.
      if (keys !== undefined && keys === options.keys.current()) {
        verified.add(token, { caller, exp: payload.exp ?? 0, keys });
      }
      return caller;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new InvalidTokenError('it has expired');
      if (error instanceof errors.JOSEError) throw new InvalidTokenError('it could not be verified');
      throw error;
    }
  };
}
