import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import type { Caller } from './caller.ts';

/** The token was given and is not good. The message is for the caller: it never says more than what kind of fault. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`The token is not valid: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}

export type VerifyToken = (authorization: string | undefined) => Promise<Caller | undefined>;

const MAX_TOKEN_BYTES = 4096;
/** The library's codes for a key set that did not come: too late, or with another status than 200. */
const KEYS_UNREACHABLE = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC']);

const claims = z.object({
  sub: z.string().min(1).max(255),
  organization_id: z.string().min(1).max(64).optional(),
  scope: z.string().default(''),
});

function toCaller(payload: JWTPayload): Caller {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw new InvalidTokenError(`claim ${parsed.error.issues[0]?.path.join('.')} is not right`);
  const scopes = new Set(parsed.data.scope.split(' ').filter((scope) => scope !== ''));
  if (parsed.data.organization_id === undefined && !scopes.has('topup:support')) {
    throw new InvalidTokenError('claim organization_id is missing');
  }
  return { subject: parsed.data.sub, organizationId: parsed.data.organization_id, scopes };
}

/**
 * Verifies a bearer token against the issuer's key set, with everything pinned that the library would otherwise leave
 * open. No header at all answers undefined: fields that need nobody can still be asked.
 */
export function createTokenVerifier(options: {
  jwksUrl: string;
  issuer: string;
  audience: string;
  log: Logger;
}): VerifyToken {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 3000, cooldownDuration: 10_000 });
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined;
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new InvalidTokenError('expected "Bearer <JWT>"');
    if (token.length > MAX_TOKEN_BYTES) throw new InvalidTokenError('it is too long');
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        issuer: options.issuer,
        audience: options.audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      return toCaller(payload);
    } catch (error) {
      if (error instanceof InvalidTokenError) throw error;
      if (error instanceof errors.JWTExpired) throw new InvalidTokenError('it has expired');
      const isTokensFault = error instanceof errors.JOSEError && !KEYS_UNREACHABLE.has(error.code);
      if (isTokensFault) throw new InvalidTokenError('it could not be verified');
      // The key set could not be had: nobody with a key that we do not know yet can be let in.
      options.log.error({ event: 'token_keys_unreachable', reason: (error as Error).message });
      throw new InvalidTokenError("the issuer's keys cannot be reached");
    }
  };
}
