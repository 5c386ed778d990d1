import { ErrorCode, OpenFeatureError, type Provider, type ResolutionDetails } from '@openfeature/server-sdk';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { type BoundProvider, bindProvider } from './bind-provider.ts';

/** Which flags are on for one organization, of those that were asked for. */
export interface FlagSnapshot {
  /** Throws for a flag that was not asked for: that it is off would be a guess. */
  isOn(key: string): boolean;
}

export interface Flags {
  /**
   * A flag that the provider does not know is off. Throws where the provider cannot tell: that is a fault of ours, and no reason
   * to say that something is switched off.
   */
  snapshot(organizationId: string, keys: Iterable<string>): Promise<FlagSnapshot>;
}

export interface OpenFlags extends Flags {
  close(): Promise<void>;
}

/**
 * Flags of any provider that OpenFeature has (docs/decisions/0032). OpenFeature starts and stops the provider; evaluations ask
 * the provider itself, because the client in between costs more than the rest of a page's gates, for hooks that nobody sets.
 */
export async function openFlags(provider: Provider, log: Logger): Promise<OpenFlags> {
  const bound = await bindProvider(provider, log);
  return {
    async snapshot(organizationId, keys) {
      const asked = [...new Set(keys)];
      const values = await Promise.all(asked.map((key) => evaluate(bound, organizationId, key)));
      const flags = new Map(asked.map((key, index) => [key, values[index]]));
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
  // Providers are code of others.
  if (typeof value !== 'boolean') throw new Error(`The flag ${key} is neither on nor off, but a ${typeof value}.`);
  return value;
}

/** A provider may answer an error or throw it. */
async function resolve(bound: BoundProvider, organizationId: string, key: string): Promise<ResolutionDetails<boolean>> {
  try {
    const context = { targetingKey: organizationId };
    return await bound.provider().resolveBooleanEvaluation(key, false, context, bound.logger);
  } catch (error) {
    const errorCode = error instanceof OpenFeatureError ? error.code : ErrorCode.GENERAL;
    return { value: false, errorCode, errorMessage: reasonOf(error as Error) };
  }
}
