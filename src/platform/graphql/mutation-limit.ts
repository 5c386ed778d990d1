import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/caller.ts';

/** Throws RATE_LIMITED (429, with Retry-After) where this caller has sent too many mutations within a minute. */
export type MutationLimit = (caller: Caller | undefined, count: number) => Promise<void>;

/** Counted per replica. 0 switches it off. A caller without a token is refused elsewhere and not counted. */
export function createMutationLimit(perMinute: number): MutationLimit {
  if (perMinute === 0) return async () => undefined;
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (caller, count) => {
    if (caller === undefined) return;
    try {
      await limiter.consume(`${caller.organizationId ?? ''} ${caller.subject}`, count);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      const message = `More than ${perMinute} mutations within a minute: try again in ${seconds} s.`;
      const headers = new HeaderMap([['retry-after', `${seconds}`]]);
      throw Object.assign(new GraphQLError(message), {
        extensions: { code: 'RATE_LIMITED', http: { status: 429, headers } },
      });
    }
  };
}
