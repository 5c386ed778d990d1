import type { MekariBilling } from '../../../sandbox/index.ts';
import { type Latch, startRelay } from '../neighbours/relay.ts';
import type { movableClock } from '../tools/movable-clock.ts';
import { startApp, type TestApp } from './app.ts';
import { until } from './purchase.ts';
import type { TestClient } from './test-client.ts';

/** Prices by code, as a page shows them. */
export type Shown = Record<string, string>;

/** Replicas with one database and one set of neighbours, which reach Mekari Billing through a relay. */
export interface PriceFleet {
  apps: readonly [TestApp, ...TestApp[]];
  /** A support client for each replica. */
  clients: readonly TestClient[];
  billing: MekariBilling;
  /** The packages in the calls to Mekari Billing, one per call. */
  asked(): string[];
  /** Holds the answer to the next call for each package until it is released. */
  holdAnswers(packages: readonly string[]): Latch[];
  /** Removes all faults and empties the log. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const PAGE = 'query ($id: ID) { topupOptions(organizationId: $id) { code unitPrice { amount } } }';

export async function startPriceFleet(
  size: number,
  time: ReturnType<typeof movableClock>,
  env: Record<string, string>,
): Promise<PriceFleet> {
  const relay = await startRelay();
  const options = {
    clock: time.clock,
    withoutBackground: true,
    sandbox: { clock: time.now },
    env: { ...env, MEKARI_BILLING_URL: relay.url },
  };
  const first = await startApp(options);
  const { sandbox } = first;
  const billing = sandbox.mekariBilling;
  relay.setTarget(billing.url);
  const others = Array.from({ length: size - 1 }, () => startApp({ ...options, shared: first }));
  const apps = [first, ...(await Promise.all(others))] as const;
  const clients = await Promise.all(apps.map((app) => app.client({ scope: 'topup:support', expires_in: 10_000_000 })));
  // On a busy machine the server may have failed to reach Redis at its start.
  await until(
    async () => apps.every(({ neighbours }) => neighbours.redis?.isUp ?? true),
    (areUp) => areUp,
  );
  return {
    apps,
    clients,
    billing,
    asked: () =>
      billing
        .requests()
        .map(({ path }) => path.split('/').at(-1) ?? path)
        .toSorted(),
    holdAnswers: (packages) =>
      packages.map((packageId) => relay.hold(({ path }) => path.endsWith(`/${packageId}`), 'answer')),
    async reset() {
      relay.clear();
      await sandbox.reset();
    },
    async stop() {
      relay.clear();
      for (const app of apps.toReversed()) await app.close();
      await relay.stop();
    },
  };
}

export async function pricesOn(client: TestClient, organizationId = '1001'): Promise<Shown> {
  const { topupOptions } = await client.query(PAGE, { id: organizationId });
  return Object.fromEntries(
    topupOptions.map((row: { code: string; unitPrice: { amount: string } }) => [row.code, row.unitPrice.amount]),
  );
}

/** Rows of the catalogue that every organization may buy, each with a package of its own at a price of 7. */
export async function addPackages({ changeCatalogue, sandbox }: TestApp, codes: readonly string[]): Promise<void> {
  for (const code of codes) {
    sandbox.mekariBilling.packages.set(`pkg-${code}`, { price: '7' });
    await changeCatalogue(
      `insert into topup_configurations select (jsonb_populate_record(model, jsonb_build_object(
         'id', gen_random_uuid(), 'code', $1::text, 'package_id', 'pkg-' || $1))).*
       from topup_configurations model where code = 'agent_extra'`,
      [code],
    );
  }
}
