import { readFileSync } from 'node:fs';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts';
import { type Composition, compose, type Overrides } from '../../../src/app/compose.ts';
import { loadConfig } from '../../../src/config.ts';
import { setFlag } from '../../../src/platform/flags/store/flag-table.ts';
import { TableProvider } from '../../../src/platform/flags/table-provider.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { applyCatalogue, checkCatalogue } from '../../../src/topup-options/index.ts';
import { createDatabase, type TestDatabase } from '../database/database.ts';
import { assertInvariants } from '../database/invariants.ts';
import { createTestClient, type TestClient } from './test-client.ts';

export const ALL_FLAGS = [
  'billing_new_topup_page',
  'billing_new_topup',
  'billing_voice_call_topup',
  'billing_chatbot_ai_topup',
];

export interface TestApp extends Composition {
  url: string;
  db: TestDatabase;
  sandbox: Sandbox;
  /** All log lines, parsed. */
  logs: Record<string, unknown>[];
  /** A client with a token of the sandbox's issuer; by default an admin's of organization 1001. */
  client(claims?: Parameters<Sandbox['auth']['token']>[0]): Promise<TestClient>;
  /** Sets a flag in the table. This app sees it at once; another replica, once its copy is two seconds old. */
  setFlag(key: string, enabled: boolean): Promise<void>;
  /** Runs a statement on topup_configurations. This app's pages see it at once; another replica's, within a second. */
  changeCatalogue: TestDatabase['query'];
  /** Runs the job `reconcile` now. */
  reconcile(): Promise<void>;
  /** Stops everything, checks the invariants of domain.md 8 and 9 in SQL, and drops the database. */
  close(): Promise<void>;
}

export interface TestAppOptions extends Overrides {
  env?: Record<string, string>;
  sandbox?: SandboxOptions;
  /** Used instead of a new, migrated database; dropped with the app. */
  db?: TestDatabase;
  /** Several replicas may share these. */
  shared?: { db: TestDatabase; sandbox: Sandbox };
}

const seed = JSON.parse(readFileSync(new URL('../../../seed/topup-configurations.json', import.meta.url), 'utf8'));

/**
 * Starts the whole server on a port of its own, with a database of its own, real neighbours, the shipped catalogue, and
 * all flags on.
 */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const db = options.shared?.db ?? options.db ?? (await createDatabase());
  const sandbox =
    options.shared?.sandbox ?? (await startSandbox({ webhookRetryDelaysMs: [50, 200], ...options.sandbox }));
  const logs: Record<string, unknown>[] = [];
  const log = createLogger('debug', { write: (line: string) => logs.push(JSON.parse(line)) });
  const config = loadConfig({
    ...sandbox.environment(),
    DATABASE_URL: db.url,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1',
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
    // Tests run it by hand; tests of the timer shorten it.
    RECONCILE_INTERVAL_SECONDS: '3600',
    MUTATIONS_PER_MINUTE: '0',
    MAX_ORDERS_AWAITING_PAYMENT: '0',
    MAX_LIVE_DRAFTS: '0',
    ...options.env,
  });
  const composition = await compose(config, { log, ...options });
  if (options.shared === undefined) await prepare(composition);
  const url = await composition.server.listen({ port: config.PORT, host: '127.0.0.1' });
  if (options.shared === undefined) sandbox.mekariPay.setWebhookUrl(`${url}/webhooks/mekari-pay`);
  return {
    ...composition,
    url,
    db,
    sandbox,
    logs,
    client: async (claims) => createTestClient(url, await sandbox.auth.token(claims)),
    async setFlag(key, enabled) {
      await setFlag(composition.database.manager, key, enabled, new Date());
      if (composition.flagProvider instanceof TableProvider) composition.flagProvider.forget();
    },
    async changeCatalogue<Row extends Record<string, unknown>>(text: string, values?: unknown[]) {
      const rows = await db.query<Row>(text, values);
      await composition.services.catalogue.rowsNow();
      return rows;
    },
    reconcile: () => composition.services.reconcile.run(),
    async close() {
      await composition.stop();
      if (options.shared !== undefined) return;
      await sandbox.stop();
      try {
        await assertInvariants(db);
      } finally {
        await db.drop();
      }
    },
  };
}

async function prepare({ database }: Composition): Promise<void> {
  const { rows, faults } = checkCatalogue(seed);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  await applyCatalogue(database, rows, new Date());
  for (const flag of ALL_FLAGS) await setFlag(database.manager, flag, true, new Date());
}
