import { type Client, ErrorCode, type Provider } from '@openfeature/server-sdk';
import { perRequest, perRequestAndKey, type RequestContext } from '../server/request-context.ts';
import type { Logger } from '../telemetry/logger.ts';
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
  /** The same object for as long as every flag is the same; undefined where the provider does not say so. */
  steady(request: RequestContext): object | undefined;
}

export interface OpenFlags extends Flags {
  close(): Promise<void>;
}

/** A provider whose answers are the same for every organization, and do not change while `steady()` answers the same object. */
export interface SteadyProvider extends Provider {
  /** undefined: they may be others the next moment. */
  steady(): object | undefined;
}

/** Flags of whatever provider OpenFeature has one for (docs/decisions/0032). What a steady one has said is not asked for again. */
export async function openFlags(provider: Provider | SteadyProvider, log: Logger): Promise<OpenFlags> {
  const { client, release } = await bindProvider(provider, log);
  const steadyNow = () => ('steady' in provider ? provider.steady() : undefined);
  const steady = perRequest(steadyNow);
  const saidSteadily = new WeakMap<object, Map<string, boolean>>();
  const evaluated = perRequestAndKey(() => new Map<string, boolean | Promise<boolean>>());

  function evaluateOnce(request: RequestContext, organizationId: string, key: string): boolean | Promise<boolean> {
    const known = evaluated(request, organizationId);
    const answer = known.get(key) ?? evaluateSteadily(steady(request), organizationId, key);
    known.set(key, answer);
    return answer;
  }

  function evaluateSteadily(during: object | undefined, organizationId: string, key: string) {
    const said = during && saidSteadily.get(during)?.get(key);
    if (said !== undefined) return said;
    return evaluate(client, organizationId, key).then((value) => {
      // What was said meanwhile may be of the next.
      if (during !== undefined && during === steadyNow()) remember(during, key, value);
      return value;
    });
  }

  function remember(during: object, key: string, value: boolean): void {
    const said = saidSteadily.get(during) ?? new Map<string, boolean>();
    saidSteadily.set(during, said.set(key, value));
  }

  return {
    async snapshot(request, organizationId, keys) {
      const asked = [...new Set(keys)];
      const answers = asked.map((key) => evaluateOnce(request, organizationId, key));
      const isKnown = answers.every((answer) => typeof answer === 'boolean');
      const values = isKnown ? answers : await Promise.all(answers);
      const flags = new Map(asked.map((key, index) => [key, values[index]]));
      return {
        isOn(key) {
          const value = flags.get(key);
          if (value === undefined) throw new Error(`The flag ${key} was not asked for.`);
          return value;
        },
      };
    },
    steady,
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
