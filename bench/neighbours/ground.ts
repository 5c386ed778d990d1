import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { startPostgres } from '../../sandbox/postgres/postgres.ts';
import { entities } from '../../src/app/entities.ts';
import { connectDatabase } from '../../src/platform/database/data-source.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { setFlag } from '../../src/platform/flags/store/flag-table.ts';
import { applyCatalogue, checkCatalogue } from '../../src/topup-options/index.ts';
import { fillLedger } from '../fill-ledger.ts';

/** From dist/bench/neighbours, where it runs. */
export const root = join(import.meta.dirname, '..', '..', '..');

const FLAGS = ['billing_new_topup_page', 'billing_new_topup', 'billing_voice_call_topup', 'billing_chatbot_ai_topup'];
const FILLED = 'filled';
const FIRST_ORGANIZATION = 10_000;
/** Each organization has paid orders of two lines. */
const ORGANIZATIONS = 200;
const ORDERS_OF_EACH = 10;
const COMPONENTS = ['waba', 'voice_call', 'chatbot_ai'];
/** The number of rows on the page of such an organization, and of those with excess. */
export const WHOLE_PAGE = { rows: 5, owed: 3 };

/** The services that all replicas share. */
export interface Ground {
  sandbox: Sandbox;
  serverVersion: string;
  organizations: readonly string[];
  /**
   * A database of its own, so that nobody runs another one's jobs: organizations with orders and balances, all flags
   * on.
   */
  database(): Promise<string>;
  /** Registers a clean-up; the last registered one runs first. */
  onStop(stop: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

export interface Extent {
  ordersOfEach?: number;
  /** Organizations beyond the first 200 have no orders. */
  organizations?: number;
  /** All seven rows of the catalogue are switched on, and every organization has their components. */
  everyOption?: boolean;
}

/** Databases and servers end with this process, however it ends. */
export async function startGround(extent: Extent = {}): Promise<Ground> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const postgres = await startPostgres({ directory: join(tmpdir(), `self-topup-bench-${process.pid}`) });
    stops.push(() => postgres.stop());
    const sandbox = await startSandbox();
    stops.push(() => sandbox.stop());
    const admin = await connectDatabase({ url: postgres.url, entities: [], migrations: [], poolSize: 1 });
    stops.push(() => admin.destroy());
    const [version]: { server_version: string }[] = await admin.query('show server_version');
    await admin.query(`create database ${FILLED}`);
    await fill(named(postgres.url, FILLED), extent);
    let copies = 0;
    return {
      sandbox,
      serverVersion: version?.server_version ?? '',
      organizations: addOrganizations(sandbox, extent),
      async database() {
        copies += 1;
        await admin.query(`create database copy_${copies} template ${FILLED}`);
        return named(postgres.url, `copy_${copies}`);
      },
      onStop: (each) => void stops.push(each),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function named(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

async function fill(url: string, { ordersOfEach = ORDERS_OF_EACH, everyOption = false }: Extent): Promise<void> {
  await migrate({ url, entities, migrations });
  const database = await connectDatabase({ url, entities, migrations, poolSize: 3, statementTimeoutMs: 0 });
  try {
    await fillLedger(database, { rows: ORGANIZATIONS * ordersOfEach * 2, organizations: ORGANIZATIONS });
    const { rows, faults } = checkCatalogue(
      JSON.parse(readFileSync(join(root, 'seed/topup-configurations.json'), 'utf8')),
    );
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    await applyCatalogue(database, everyOption ? rows.map((row) => ({ ...row, active: true })) : rows, new Date());
    for (const flag of FLAGS) await setFlag(database.manager, flag, true, new Date());
  } finally {
    await database.destroy();
  }
}

/** Organizations with orders come first; each has every component of the catalogue and excess of three quotas. */
function addOrganizations(sandbox: Sandbox, { organizations = ORGANIZATIONS, everyOption = false }: Extent): string[] {
  const model = sandbox.hubCore.organizations.get('1004');
  if (model === undefined) throw new Error('the sandbox has no organization 1004');
  const components = everyOption ? [...COMPONENTS, 'email_broadcast', 'call_recording'] : COMPONENTS;
  return Array.from({ length: organizations }, (_, index) => {
    const id = String(FIRST_ORGANIZATION + index);
    sandbox.hubCore.organizations.set({ ...model, id, components });
    return id;
  });
}
