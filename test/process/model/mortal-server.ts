import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { createWires, type Wires } from '../../support/neighbours/wires.ts';

export interface MortalServer {
  /** Who lives now. */
  readonly app: TestApp;
  /**
   * The server dies before that many more packets have left it, while `work` is under way or what followed it; at the
   * latest when nothing is left to do. Its answer is nobody's. Then another one takes over.
   */
  dieDuring(work: (app: TestApp) => Promise<unknown>, packets: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the server reaches; the issuer's name is no address. */
const WIRED = ['HUB_CORE_URL', 'MEKARI_BILLING_URL', 'MEKARI_PAY_URL', 'MODERATOR_URL', 'SMTP_URL', 'AUTH_JWKS_URL'];

/**
 * A whole server on the database and the neighbours of `landlord`, each of which it reaches by a wire alone. A dead one runs
 * on in this process, but its wires are cut for good: nothing that it still does has an effect.
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
      // The upkeep of the others frees a dead one's jobs after twenty seconds: here at once.
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

/** No job runs, and none could. */
async function untilIdle({ db }: TestApp): Promise<void> {
  const busy = `select from graphile_worker.jobs where locked_at is not null or run_at <= now() limit 1`;
  await until(
    () => db.query(busy),
    (jobs) => jobs.length === 0,
  );
}
