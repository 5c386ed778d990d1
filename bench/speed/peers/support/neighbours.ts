import { createHmac } from 'node:crypto';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import DataLoader from 'dataloader';

export interface OrganizationSnapshot {
  id: string;
  /** When hub-core was asked. */
  asOf: Date;
  billingVersion: string;
  components: readonly string[] | undefined;
  enrolled: boolean;
  mcc: { enabled: boolean; minimum: bigint };
  /** YYYY-MM-DD. */
  contractEnd: string | undefined;
  excess: readonly { key: string; period: string; quantity: bigint }[];
}

/** The answer of a neighbour, remembered between requests. */
export interface Lookup<T> {
  /** One result per id, in order; undefined: there is none. */
  loadMany(ids: readonly string[]): Promise<(T | undefined)[]>;
}

export interface Neighbours {
  organizations: Lookup<OrganizationSnapshot>;
  /** Prices of one unit, in rupiah. */
  packages: Lookup<bigint>;
}

export interface NeighbourSettings {
  hubCoreUrl: string;
  billingUrl: string;
  clientId: string;
  clientSecret: string;
}

const ORGANIZATION_TTL_MS = 30_000;
const PRICE_TTL_MS = 3_600_000;
const MAX_IDS = 100;

interface Row {
  id: string;
  billing_version: string;
  components?: string[] | null;
  settings: {
    bifrost_new_topup?: boolean;
    mcc?: { is_enabled?: boolean | null; minimum_value?: number | null } | null;
  };
  contract?: { end_date?: string | null } | null;
  excess?: { key: string; period: string; quantity: number }[] | null;
}

/** hub-core's answers are remembered for 30 seconds and Mekari Billing's prices for an hour, as at 7376654. */
export function createNeighbours({ hubCoreUrl, billingUrl, ...credentials }: NeighbourSettings): Neighbours {
  async function get<T>(base: string, path: string): Promise<T> {
    const { pathname, search } = new URL(base + path);
    const response = await fetch(base + path, { headers: signed(`GET ${pathname}${search}`, credentials) });
    if (!response.ok) throw new Error(`${base}${path}: ${response.status}`);
    return ((await response.json()) as { data: T }).data;
  }
  return {
    organizations: remembered('organizations', ORGANIZATION_TTL_MS, MAX_IDS, async (ids) => {
      const asOf = new Date();
      const rows = await get<Row[]>(hubCoreUrl, `/api/v1/organizations?ids=${ids.join(',')}`);
      return new Map(rows.map((row) => [row.id, toSnapshot(row, asOf)]));
    }),
    packages: remembered('prices', PRICE_TTL_MS, 1, async ([id = '']) => {
      const { price } = await get<{ price: string }>(billingUrl, `/api/v4/packages/${encodeURIComponent(id)}`);
      return new Map([[id, BigInt(price.replace(/\.0{1,4}$/, ''))]]);
    }),
  };
}

type Fetch<T> = (ids: readonly string[]) => Promise<Map<string, T>>;

const metrics = new MeterProvider().getMeter('peer');
const lookups = metrics.createCounter('cache_lookups');

/** Callers that miss in one turn of the event loop share a call. Lookups were counted as at 7376654, and are. */
function remembered<T>(cache: string, ttlMs: number, batch: number, fetch: Fetch<T>): Lookup<T> {
  const answers = new Map<string, { askedAt: number; value: T | undefined }>();
  const calls: DataLoader<string, T | undefined> = new DataLoader(
    async (ids) => {
      const askedAt = Date.now();
      try {
        const found = await fetch(ids);
        for (const id of ids) answers.set(id, { askedAt, value: found.get(id) });
        return ids.map((id) => found.get(id));
      } finally {
        for (const id of ids) calls.clear(id);
      }
    },
    { maxBatchSize: batch, batchScheduleFn: (run) => setImmediate(run) },
  );
  const use = (id: string) => {
    const answer = answers.get(id);
    return answer !== undefined && Date.now() - answer.askedAt < ttlMs ? answer : undefined;
  };
  return {
    async loadMany(ids) {
      const known = ids.map(use);
      const hits = known.filter((answer) => answer !== undefined).length;
      if (hits > 0) lookups.add(hits, { cache, outcome: 'hit' });
      return Promise.all(
        ids.map(async (id, index) => {
          const answer = known[index];
          if (answer !== undefined) return answer.value;
          lookups.add(1, { cache, outcome: 'miss' });
          return calls.load(id);
        }),
      );
    },
  };
}

function toSnapshot({ settings, excess, contract, ...row }: Row, asOf: Date): OrganizationSnapshot {
  return {
    id: row.id,
    asOf,
    billingVersion: row.billing_version.toLowerCase(),
    components: row.components ?? undefined,
    enrolled: settings.bifrost_new_topup === true,
    mcc: { enabled: settings.mcc?.is_enabled === true, minimum: BigInt(settings.mcc?.minimum_value ?? 0) },
    contractEnd: contract?.end_date ?? undefined,
    excess: (excess ?? []).map((each) => ({ ...each, quantity: BigInt(each.quantity) })),
  };
}

/** Mekari's HMAC scheme: the signature covers the date and the request line. */
function signed(line: string, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  const date = new Date().toUTCString();
  const signature = createHmac('sha256', clientSecret).update(`date: ${date}\n${line} HTTP/1.1`).digest('base64');
  const authorization = `hmac username="${clientId}", algorithm="hmac-sha256", headers="date request-line", signature="${signature}"`;
  return { date, authorization, accept: 'application/json' };
}
