import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Caller } from './caller.ts';
import { InvalidTokenError } from './invalid-token.ts';

/** The issuer's clock and ours may differ by so much: it holds for `exp`, `nbf` and `iat` alike. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** No issuer lets one token live longer. The limit also catches milliseconds in the place of seconds. */
const LONGEST_LIFE_SECONDS = 10 * 366 * 86_400;

/** Subject and organization reach the database, the log and calls to hub-core, so they hold nothing that one of those rejects. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;
const PLAIN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The library has checked `exp` and `nbf` against now, the issuer and the audience. These checks come on top. */
const claims = z.object({
  sub: z.string().min(1).max(255).regex(PRINTABLE),
  // A token for several audiences was given to each of them, and any one of them could bring it here.
  aud: z.union([z.string(), z.array(z.string()).length(1)]),
  exp: z.number(),
  iat: z.number().optional(),
  organization_id: z.string().regex(PLAIN_ID).optional(),
  scope: z.string().default(''),
});

const notRight = (claim: string) => new InvalidTokenError(`claim ${claim} is not right`);

/** Reads the caller from the claims of a token whose signature, issuer, audience and time are good. Throws InvalidTokenError. */
export function toCaller(payload: JWTPayload, clock: Clock = systemClock): Caller {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw notRight(String(parsed.error.issues[0]?.path[0]));
  const { sub, exp, iat, organization_id: organizationId, scope } = parsed.data;
  const now = clock.now().getTime() / 1000;
  if (exp > now + LONGEST_LIFE_SECONDS) throw notRight('exp');
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS) throw notRight('iat');
  const scopes = new Set(scope.split(' ').filter((name) => name !== ''));
  if (organizationId === undefined && !scopes.has('topup:support')) {
    throw new InvalidTokenError('claim organization_id is missing');
  }
  return { subject: sub, organizationId, scopes };
}
