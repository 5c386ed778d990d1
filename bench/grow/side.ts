import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { type Composition, compose } from '../../src/app/compose.ts';
import { entities } from '../../src/app/entities.ts';
import { loadConfig } from '../../src/config.ts';
import { connectDatabase } from '../../src/platform/database/data-source.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { setFlag } from '../../src/platform/flags/store/flag-table.ts';
import { createLogger } from '../../src/platform/telemetry/logger.ts';
import { applyCatalogue, checkCatalogue } from '../../src/topup-options/index.ts';
import { type Extent, fillOrders } from './fill-orders.ts';
import { relatedRows } from './fill-related.ts';

/** From dist/bench/grow, where it runs. */
const root = join(import.meta.dirname, '..', '..', '..');
const FLAGS = ['billing_new_topup_page', 'billing_new_topup', 'billing_voice_call_topup', 'billing_chatbot_ai_topup'];

/**
 * Runs the product over its own database, in this process and without its background jobs, so that only the measured
 * action runs.
 */
export interface Side extends Composition {
  name: string;
  url: string;
  extent: Extent;
  sandbox: Sandbox;
}

export async function fillSide(url: string, extent: Extent, related = relatedRows): Promise<void> {
  await migrate({ url, entities, migrations });
  const database = await connectDatabase({ url, entities, migrations, poolSize: 1, statementTimeoutMs: 0 });
  try {
    await fillOrders(database, extent, related);
    const { rows, faults } = checkCatalogue(
      JSON.parse(readFileSync(join(root, 'seed/topup-configurations.json'), 'utf8')),
    );
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    await applyCatalogue(database, rows, new Date());
    for (const flag of FLAGS) await setFlag(database.manager, flag, true, new Date());
    // The quotes last long enough that no draft expires during the measurement, however long the fill took.
    await database.query(`update topup_orders set quote_expires_at = now() + interval '1 day' where status = 'DRAFT'`);
  } finally {
    await database.destroy();
  }
}

export async function startSide(name: string, url: string, extent: Extent, sandbox: Sandbox): Promise<Side> {
  const config = loadConfig({
    ...sandbox.environment(),
    DATABASE_URL: url,
    PUBLIC_URL: 'http://127.0.0.1',
    CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
    MUTATIONS_PER_MINUTE: '0',
    MAX_ORDERS_AWAITING_PAYMENT: '0',
    MAX_LIVE_DRAFTS: '0',
  });
  const composition = await compose(config, { log: createLogger('silent'), withoutBackground: true });
  return { ...composition, name, url, extent, sandbox };
}
