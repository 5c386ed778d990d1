import { type Client, ErrorCode, type Provider } from '@openfeature/server-sdk';
import type { Logger } from '../logger.ts';
import { perRequestAndKey, type RequestContext } from '../request-context.ts';
import { bindProvider } from './bind-provider.ts';

/** What is switched on for one organization, of the flags that were asked for. */
export interface FlagSnapshot {
  /** Throws for a flag that was not asked for: that it is off would be a guess. */
  isOn(key: string): boolean;
}

export interface Flags {
  /**
   * Each flag is evaluated once per request and organization: the answer does not change under a request's feet. A flag
   * that the provider does not know is off. Throws where it cannot tell: that is a fault of ours, and no reason to say that
   * something is switched off.
   */
  snapshot(request: RequestContext, organizationId: string, keys: Iterable<string>): Promise<FlagSnapshot>;
}

export interface OpenFlags extends Flags {
  close(): Promise<void>;
}

/** Flags of whatever provider OpenFeature has one for (docs/decisions/0032). */
export async function openFlags(provider: Provider, log: Logger): Promise<OpenFlags> {
  const { client, release } = await bindProvider(provider, log);
  const evaluated = perRequestAndKey(() => new Map<string, Promise<boolean>>());

  function evaluateOnce(request: RequestContext, organizationId: string, key: string): Promise<boolean> {
    const known = evaluated(request, organizationId);
    const answer = known.get(key) ?? evaluate(client, organizationId, key);
    known.set(key, answer);
    return answer;
  }

  return {
    async snapshot(request, organizationId, keys) {
      const asked = [...new Set(keys)];
      const answers = await Promise.all(asked.map((key) => evaluateOnce(request, organizationId, key)));
      const flags = new Map(asked.map((key, index) => [key, answers[index]]));
      return {
        isOn(key) {
          const value = flags.get(key);
          if (value === undefined) throw new Error(`The flag ${key} was not asked for.`);
          return value;
        },
      };
    },
    close: release,
  };
}

async function evaluate(client: Client, organizationId: string, key: string): Promise<boolean> {
  const context = { targetingKey: organizationId };
  const { value, errorCode, errorMessage } = await client.getBooleanDetails(key, false, context);
  if (errorCode === ErrorCode.FLAG_NOT_FOUND) return false;
  if (errorCode !== undefined) {
    throw new Error(`The flag ${key} cannot be evaluated: ${errorCode}: ${errorMessage ?? 'no reason given'}`);
  }
  // OpenFeature passes on whatever the provider says.
  if (typeof value !== 'boolean') throw new Error(`The flag ${key} is neither on nor off, but a ${typeof value}.`);
  return value;
}
