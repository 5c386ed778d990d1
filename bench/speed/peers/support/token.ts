import { createLocalJWKSet, type JSONWebKeySet, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Caller } from './request.ts';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
const CLOCK_TOLERANCE_SECONDS = 5;
const LONGEST_LIFE_SECONDS = 10 * 366 * 86_400;
const PRINTABLE = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;

const header = z.object({
  alg: z.enum(ALGORITHMS),
  kid: z.string().min(1).max(255).optional(),
  typ: z
    .string()
    .regex(/^(application\/)?(at\+)?jwt$/i)
    .optional(),
  crit: z.never().optional(),
});

const claims = z.object({
  sub: z.string().min(1).max(255).regex(PRINTABLE),
  aud: z.union([z.string(), z.array(z.string()).length(1)]),
  exp: z.number(),
  iat: z.number().optional(),
  organization_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  scope: z.string().default(''),
});

export type VerifyToken = (authorization: string | undefined) => Promise<Caller | undefined>;

/** Verifies a token's signature and claims for each request, as at 7376654 without the memory of verified tokens. */
export async function createTokenVerifier(issuer: {
  jwksUrl: string;
  issuer: string;
  audience: string;
}): Promise<VerifyToken> {
  const keys = createLocalJWKSet((await (await fetch(issuer.jwksUrl)).json()) as JSONWebKeySet);
  const keyFor = (given: JWTHeaderParameters) => keys(header.parse(given));
  const terms = {
    algorithms: [...ALGORITHMS],
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined;
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new Error('expected "Bearer <JWT>"');
    const { payload } = await jwtVerify(token, keyFor, terms);
    return toCaller(payload);
  };
}

function toCaller(payload: JWTPayload): Caller {
  const { sub, exp, iat, organization_id: organizationId, scope } = claims.parse(payload);
  const now = Date.now() / 1000;
  if (exp > now + LONGEST_LIFE_SECONDS || (iat ?? 0) > now + CLOCK_TOLERANCE_SECONDS)
    throw new Error('a claim is wrong');
  const scopes = new Set(scope.split(' ').filter((name) => name !== ''));
  if (organizationId === undefined && !scopes.has('topup:support')) throw new Error('claim organization_id is missing');
  return { subject: sub, organizationId, scopes };
}
