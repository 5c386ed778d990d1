import { freePort } from '../../../sandbox/dev/free-port.ts';
import type { Sandbox } from '../../../sandbox/index.ts';
import { until } from '../../support/app/purchase.ts';
import { type Replica, startReplica } from '../../support/processes/replica.ts';
import type { Random } from '../../support/tools/random.ts';

export interface Cluster {
  /** The URLs of both, dead or alive: each keeps its address across restarts. */
  readonly urls: readonly string[];
  /** Rejects when a replica ends without being killed. */
  readonly failure: Promise<never>;
  /** Kills a random live one with SIGKILL; it is restarted without a wait. */
  killOne(): Promise<void>;
  untilBothLive(): Promise<void>;
  /** Lets both finish their work in flight, and returns their exit codes. */
  end(): Promise<(number | null)[]>;
}

/** Two replicas, and a supervisor that restarts each. */
export async function startCluster(
  parts: { db: { url: string }; sandbox: Sandbox },
  env: Record<string, string>,
  random: Random,
): Promise<Cluster> {
  const ports = [await freePort(), await freePort()];
  const living = new Map<number, Replica>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  let isEnding = false;

  async function start(port: number): Promise<void> {
    const replica = await startReplica(parts, { ...env, PORT: String(port) });
    living.set(port, replica);
    void replica.process.finished.then(({ signal, code, stderr }) => {
      living.delete(port);
      if (signal !== 'SIGKILL' && !isEnding)
        failure.reject(new Error(`a replica ended with ${code ?? signal}: ${stderr}`));
    });
  }

  const untilBothLive = async () => {
    await until(
      async () => living.size,
      (size) => size === ports.length,
    );
  };
  await Promise.all(ports.map(start));
  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    failure: failure.promise,
    untilBothLive,
    async killOne() {
      await until(
        async () => living.size,
        (size) => size > 0,
      );
      const [port, { process }] = random.oneOf([...living]);
      process.signal('SIGKILL');
      await process.finished;
      start(port).catch(failure.reject);
    },
    async end() {
      isEnding = true;
      const processes = [...living.values()].map(({ process }) => process);
      for (const process of processes) process.signal('SIGTERM');
      return Promise.all(processes.map(async ({ finished }) => (await finished).code));
    },
  };
}
