import { createHash } from 'node:crypto';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/caller.ts';

/** Throws RATE_LIMITED (429, with Retry-After) where this caller has sent too many mutations within a minute. */
export type MutationLimit = (caller: Caller | undefined, count: number) => Promise<void>;

/** Runs a script of one key where all replicas share it. undefined: it does not answer, which was found out in a bounded time. */
export type RunShared = (
  script: string,
  key: string,
  values: readonly string[],
) => Promise<{ value: unknown } | undefined>;

const WINDOW_SECONDS = 60;
const PREFIX = 'self_topup_mutations';

/**
 * Counted for all replicas together where they share a Redis, and per replica while it does not answer: a limit spares work and
 * decides nothing of money, so nobody is refused or kept waiting for want of it. 0 switches it off. A caller without a token
 * is refused elsewhere and not counted.
 */
export function createMutationLimit(perMinute: number, runShared?: RunShared): MutationLimit {
  if (perMinute === 0) return async () => undefined;
  const limiter = createLimiter(perMinute, runShared);
  return async (caller, count) => {
    if (caller === undefined) return;
    try {
      await limiter.consume(keyOf(caller), count);
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

/** Some issuers make an e-mail address the subject: whoever looks into Redis must not read it there. */
function keyOf({ organizationId, subject }: Caller): string {
  return createHash('sha256')
    .update(JSON.stringify([organizationId, subject]))
    .digest('base64url');
}

function createLimiter(points: number, runShared: RunShared | undefined) {
  const terms = { keyPrefix: PREFIX, points, duration: WINDOW_SECONDS };
  const memory = new RateLimiterMemory(terms);
  if (runShared === undefined) return memory;
  return new RateLimiterRedis({
    ...terms,
    storeClient: { eval: evaluator(runShared) },
    useRedisPackage: true,
    insuranceLimiter: memory,
    // Who has used all is refused from memory for the rest of the minute: a flood does not get as far as Redis.
    inMemoryBlockOnConsumed: points,
  });
}

/** What the limiter asks of its client. Any error of it makes the limiter go on in memory. */
function evaluator(runShared: RunShared) {
  return async (script: string, { keys: [key = ''], arguments: values }: { keys: string[]; arguments: string[] }) => {
    const answer = await runShared(script, key, values);
    if (answer === undefined) throw new Error('Redis does not answer');
    return answer.value;
  };
}
