import { OpenFeature, type Provider, StandardResolutionReasons } from '@openfeature/server-sdk';
import type { Pool } from 'pg';
import { perRequestAndKey, type RequestContext } from './request.ts';

export interface FlagSnapshot {
  isOn(key: string): boolean;
}

export interface Flags {
  /** Evaluates each flag once per request and organization. */
  snapshot(request: RequestContext, organizationId: string, keys: Iterable<string>): Promise<FlagSnapshot>;
}

const FRESH_MS = 2000;
const TABLE = { name: 'flags', text: 'select key, enabled from feature_flags' };

/** OpenFeature over the table of flags, each asked for with each request, as at 7376654 by a provider that is not steady. */
export async function openFlags(pool: Pool): Promise<Flags> {
  let read: { askedAt: number; flags: Promise<ReadonlyMap<string, boolean>> } | undefined;
  const table = () => {
    if (read === undefined || Date.now() - read.askedAt >= FRESH_MS) {
      const rows = pool.query<{ key: string; enabled: boolean }>(TABLE).then((answer) => answer.rows);
      read = { askedAt: Date.now(), flags: rows.then((all) => new Map(all.map(({ key, enabled }) => [key, enabled]))) };
    }
    return read.flags;
  };
  const refuse = () => Promise.reject(new Error('the table holds flags that are on or off'));
  const provider: Provider = {
    metadata: { name: 'feature_flags' },
    async resolveBooleanEvaluation(key, otherwise) {
      return { value: (await table()).get(key) ?? otherwise, reason: StandardResolutionReasons.STATIC };
    },
    resolveStringEvaluation: refuse,
    resolveNumberEvaluation: refuse,
    resolveObjectEvaluation: refuse,
  };
  await OpenFeature.setProviderAndWait('peer', provider);
  const client = OpenFeature.getClient('peer');
  const evaluated = perRequestAndKey(() => new Map<string, Promise<boolean>>());

  function evaluateOnce(request: RequestContext, organizationId: string, key: string): Promise<boolean> {
    const known = evaluated(request, organizationId);
    const asked = known.get(key);
    if (asked !== undefined) return asked;
    const details = client.getBooleanDetails(key, false, { targetingKey: organizationId });
    const answer = details.then(({ value }) => value);
    known.set(key, answer);
    return answer;
  }

  return {
    async snapshot(request, organizationId, keys) {
      const asked = [...new Set(keys)];
      const values = await Promise.all(asked.map((key) => evaluateOnce(request, organizationId, key)));
      const flags = new Map(asked.map((key, index) => [key, values[index]]));
      return { isOn: (key) => flags.get(key) === true };
    },
  };
}
