import { join } from 'node:path';
import pg from 'pg';
import { type Product, Refusal } from '../index.ts';
import { type Application, command, startApplication } from './application.ts';

const FLAGS = ['billing_new_topup_page', 'billing_new_topup', 'billing_voice_call_topup', 'billing_chatbot_ai_topup'];

interface Terms {
  root: string;
  url: string;
  /** With a superuser's credentials, because a reset replaces the database. */
  databaseUrl: string;
  environment: Record<string, string>;
  report?: (step: string) => void;
  /** Takes the lines of the server's standard output, which go to this process's by default. */
  onLogLine?: (line: string) => void;
  /** Called when the product ends without being asked to. */
  onEnd: (code: number | null) => void;
}

/** Runs the built product on an empty database; a reset empties it and starts the product again. */
export async function startProduct({ root, url, databaseUrl, environment, report, onLogLine, onEnd }: Terms) {
  const settings = { ...environment, DATABASE_URL: databaseUrl };
  let application: Application | undefined = await start();

  async function start(): Promise<Application> {
    await command('migrate', [], settings);
    await Promise.all([
      command('catalogue', ['apply', join(root, 'seed', 'topup-configurations.json')], settings),
      command('flags', ['set', ...FLAGS.flatMap((flag) => [flag, 'on'])], settings),
    ]);
    report?.('the database is migrated, with catalogue and flags');
    const started = await startApplication(settings, url, onLogLine);
    report?.('the server is ready');
    void started.exited.then((code) => {
      if (application === started) onEnd(code);
    });
    return started;
  }

  function running(): Application {
    if (application === undefined) throw new Refusal(503, 'resetting', 'the product is being reset: try again soon');
    return application;
  }

  async function reset(): Promise<void> {
    const ending = running();
    // Its end is no failure of the product.
    application = undefined;
    await ending.kill();
    await emptyDatabase(databaseUrl);
    application = await start();
  }

  const product: Product = {
    graphUrl: `${url}/graphql`,
    setClock: async (setting) => running().steps.setClock(setting),
    reconcile: async () => running().steps.reconcile(),
    switchFlag: async (...terms) => running().steps.switchFlag(...terms),
    refreshOrganization: async (id) => running().steps.refreshOrganization(id),
    refreshPrice: async (id) => running().steps.refreshPrice(id),
    refund: async (...terms) => running().steps.refund(...terms),
    audit: async () => running().steps.audit(),
    reset,
  };
  return { product, stop: async () => application?.stop() };
}

/** Replaces the database by an empty one of the same name, so that its printed address stays true. */
async function emptyDatabase(url: string): Promise<void> {
  const name = pg.escapeIdentifier(new URL(url).pathname.slice(1));
  const admin = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: '/template1' }).href });
  await admin.connect();
  try {
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`create database ${name}`);
  } finally {
    await admin.end();
  }
}
