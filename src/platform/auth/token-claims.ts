import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Caller } from './caller.ts';
import { InvalidTokenError } from './invalid-token.ts';

/** The allowed difference between the issuer's clock and ours, for `exp`, `nbf` and `iat`. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** No issuer's token lives longer. The limit also catches milliseconds in the place of seconds. */
const LONGEST_LIFE_SECONDS = 10 * 366 * 86_400;

/** Excludes characters that the database, the log or hub-core reject. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Adds to jose's checks of `exp`, `nbf`, the issuer and the audience. */
const claims = z.object({
  sub: z.string().min(1).max(255).regex(PRINTABLE),
  // Each of several audiences holds the token and could replay it here.
  aud: z.union([z.string(), z.array(z.string()).length(1)]),
  exp: z.number(),
  iat: z.number().optional(),
  organization_id: z.string().regex(PLAIN_ID).optional(),
  scope: z.string().default(''),
  // A name that cannot be shown is no reason to refuse the token.
  name: z.string().trim().min(1).max(255).regex(PRINTABLE).optional().catch(undefined),
});

const notRight = (claim: string) => new InvalidTokenError(`claim ${claim} is not right`);

/** Reads the caller from the claims of a verified token. Throws InvalidTokenError. */
export function toCaller(payload: JWTPayload, clock: Clock = systemClock): Caller {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw notRight(String(parsed.error.issues[0]?.path[0]));
  const { sub, exp, iat, organization_id: organizationId, scope, name } = parsed.data;
  const now = clock.now().getTime() / 1000;
  if (exp > now + LONGEST_LIFE_SECONDS) throw notRight('exp');
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS) throw notRight('iat');
  const scopes = new Set(scope.split(' ').filter((name) => name !== ''));
  if (organizationId === undefined && !scopes.has('topup:support')) {
    throw new InvalidTokenError('claim organization_id is missing');
  }
  return { subject: sub, ...(name !== undefined && { name }), organizationId, scopes };
}
