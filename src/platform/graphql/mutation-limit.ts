import { createHash } from 'node:crypto';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/caller.ts';

/** Rejects with RATE_LIMITED (429, with Retry-After) if this caller has sent too many mutations within a minute. */
export type MutationLimit = (caller: Caller | undefined, count: number) => Promise<void>;

/** Runs a script on one key in the Redis of all replicas. Resolves in bounded time, to undefined if Redis does not answer. */
export type RunShared = (
  script: string,
  key: string,
  values: readonly string[],
) => Promise<{ value: unknown } | undefined>;

const WINDOW_SECONDS = 60;
const PREFIX = 'self_topup_mutations';

/**
 * Counts the mutations of a caller: on all replicas together if they share a Redis, and per replica while it does not answer.
 * The limit spares work and decides nothing about money, so a Redis that is away refuses nobody and delays nobody. 0 switches
 * the limit off. A caller without a token is refused elsewhere and not counted.
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

/** A hash, because some issuers make an e-mail address the subject, and Redis must not show it. */
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
    // A caller above the limit is refused from memory for the rest of the minute, so a flood does not reach Redis.
    inMemoryBlockOnConsumed: points,
  });
}

/** node-redis's `eval`, the one command that the limiter sends. An error of it makes the limiter go on in memory. */
function evaluator(runShared: RunShared) {
  return async (script: string, { keys: [key = ''], arguments: values }: { keys: string[]; arguments: string[] }) => {
    const answer = await runShared(script, key, values);
    if (answer === undefined) throw new Error('Redis does not answer');
    return answer.value;
  };
}
