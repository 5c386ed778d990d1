import { ErrorCode, OpenFeatureError, type Provider, type ResolutionDetails } from '@openfeature/server-sdk';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { type BoundProvider, bindProvider } from './bind-provider.ts';

/** The state of the requested flags for one organization. */
export interface FlagSnapshot {
  /** Throws for a flag outside of the snapshot: "off" would be a guess. */
  isOn(key: string): boolean;
}

export interface Flags {
  /**
   * A flag that the provider does not know is off. Throws if the provider fails: a failure must not look like a feature that is
   * switched off.
   */
  snapshot(organizationId: string, keys: Iterable<string>): Promise<FlagSnapshot>;
}

export interface OpenFlags extends Flags {
  close(): Promise<void>;
}

/**
 * Flags from any OpenFeature provider (docs/decisions/0032). OpenFeature starts and stops the provider. Evaluations call the provider
 * directly: OpenFeature's client costs more than the rest of a page's gates, for hooks that nobody sets.
 */
export async function openFlags(provider: Provider, log: Logger): Promise<OpenFlags> {
  const bound = await bindProvider(provider, log);
  return {
    async snapshot(organizationId, keys) {
      const evaluations = [...new Set(keys)].map(
        async (key) => [key, await evaluate(bound, organizationId, key)] as const,
      );
      const flags = new Map(await Promise.all(evaluations));
      return {
        isOn(key) {
          const value = flags.get(key);
          if (value === undefined) throw new Error(`The flag ${key} was not asked for.`);
          return value;
        },
      };
    },
    close: bound.release,
  };
}

async function evaluate(bound: BoundProvider, organizationId: string, key: string): Promise<boolean> {
  const { value, errorCode, errorMessage } = await resolve(bound, organizationId, key);
  if (errorCode === ErrorCode.FLAG_NOT_FOUND) return false;
  if (errorCode !== undefined) {
    throw new Error(`The flag ${key} cannot be evaluated: ${errorCode}: ${errorMessage ?? 'no reason given'}`);
  }
  // A provider is foreign code: its type proves nothing.
  if (typeof value !== 'boolean') throw new Error(`The flag ${key} is neither on nor off, but a ${typeof value}.`);
  return value;
}

/** Turns a thrown error into an error result: a provider may use either. */
async function resolve(bound: BoundProvider, organizationId: string, key: string): Promise<ResolutionDetails<boolean>> {
  try {
    const context = { targetingKey: organizationId };
    return await bound.provider().resolveBooleanEvaluation(key, false, context, bound.logger);
  } catch (error) {
    const errorCode = error instanceof OpenFeatureError ? error.code : ErrorCode.GENERAL;
    return { value: false, errorCode, errorMessage: reasonOf(error as Error) };
  }
}
