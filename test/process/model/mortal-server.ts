import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { createWires, type Wires } from '../../support/neighbours/wires.ts';

export interface MortalServer {
  /** The live server. */
  readonly app: TestApp;
  /**
   * The server dies before this many more packets have left it, while `work` or its jobs are in flight; at the latest
   * when nothing is left to do. Its answer is dropped. Then another server takes over.
   */
  dieDuring(work: (app: TestApp) => Promise<unknown>, packets: number): Promise<void>;
  stop(): Promise<void>;
}

/** The URLs that the server connects to; the issuer's name is not one of them. */
const WIRED = ['HUB_CORE_URL', 'MEKARI_BILLING_URL', 'MEKARI_PAY_URL', 'MODERATOR_URL', 'SMTP_URL', 'AUTH_JWKS_URL'];

/**
 * Runs a whole server on the database and the neighbours of `landlord`, each behind a wire. A dead one keeps running in
 * this process, but its wires are cut for good: nothing that it still does has an effect.
 */
export async function startMortalServer(landlord: TestApp, clock: { now(): Date }): Promise<MortalServer> {
  const { db } = landlord;
  const burials: Promise<unknown>[] = [];

  async function raise() {
    const wires = createWires();
    const env: Record<string, string> = { DATABASE_URL: await wires.through(db.url) };
    const addresses = landlord.sandbox.environment();
    for (const name of WIRED) env[name] = await wires.through(addresses[name] ?? '');
    return { app: await startApp({ shared: landlord, clock, env }), wires };
  }

  const bury = ({ app, wires }: { app: TestApp; wires: Wires }) =>
    app
      .close()
      .catch(() => undefined)
      .finally(() => wires.stop());

  let living = await raise();
  return {
    get app() {
      return living.app;
    },
    async dieDuring(work, packets) {
      const dying = living;
      const death = dying.wires.cutAfter(packets);
      const working = work(dying.app).catch(() => undefined);
      await Promise.race([death, working.then(() => untilIdle(landlord))]);
      await dying.wires.cut();
      burials.push(working.then(() => bury(dying)));
      // The other replicas' upkeep releases a dead one's jobs after twenty seconds: the test does so at once.
      await db.query(
        `select graphile_worker.force_unlock_workers(array_agg(locked_by)) from graphile_worker.jobs
         where locked_by is not null having count(*) > 0`,
      );
      living = await raise();
    },
    async stop() {
      await bury(living);
      await Promise.all(burials);
    },
  };
}

/** No job is running, and none could start. */
async function untilIdle({ db }: TestApp): Promise<void> {
  const busy = `select from graphile_worker.jobs where locked_at is not null or run_at <= now() limit 1`;
  await until(
    () => db.query(busy),
    (jobs) => jobs.length === 0,
  );
}
