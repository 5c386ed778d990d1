import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../auth/caller.ts';
import { rateLimited } from './errors.ts';

/** Rejects with RATE_LIMITED (429, with Retry-After) for a caller with too many mutations within a minute. */
export type MutationLimit = (caller: Caller | undefined, count: number) => Promise<void>;

/** Runs a script on one key of the shared Redis. Resolves in bounded time, to undefined if Redis does not answer. */
export type RunShared = (
  script: string,
  key: string,
  values: readonly string[],
) => Promise<{ value: unknown } | undefined>;

const WINDOW_SECONDS = 60;
const PREFIX = 'self_topup_mutations';

/**
 * Counts the mutations of a caller: over all replicas with a shared Redis, and per replica without it or while it does not
 * answer. The limit protects capacity, not money, so a Redis outage refuses and delays nobody. 0 switches the limit off.
 */
export function createMutationLimit(perMinute: number, runShared?: RunShared): MutationLimit {
  if (perMinute === 0) return async () => undefined;
  const limiter = createLimiter(perMinute, runShared);
  return async (caller, count) => {
    // Access rules refuse a caller without a token.
    if (caller === undefined) return;
    try {
      await limiter.consume(keyOf(caller), count);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      const message = `More than ${perMinute} mutations within a minute: try again in ${seconds} s.`;
      // A caller who is refused from memory is not counted on.
      const figure = Math.max(refusal.consumedPoints, perMinute + 1);
      throw rateLimited(message, seconds, { limitName: 'mutations per minute', limit: perMinute, figure });
    }
  };
}

/** Hashes the subject, because some issuers use an e-mail address, which must not stand in Redis. */
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
    // Refuses a caller above the limit from memory for the rest of the minute, so a flood does not reach Redis.
    inMemoryBlockOnConsumed: points,
  });
}

/** Stands in for node-redis's `eval`, the limiter's one command. If it throws, the limiter counts in memory. */
function evaluator(runShared: RunShared) {
  return async (script: string, { keys: [key = ''], arguments: values }: { keys: string[]; arguments: string[] }) => {
    const answer = await runShared(script, key, values);
    if (answer === undefined) throw new Error('Redis does not answer');
    return answer.value;
  };
}
