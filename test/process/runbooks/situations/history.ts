import pg from 'pg';
import { expect } from 'vitest';
import { until } from '../../../support/app/purchase.ts';
import { parsePrometheus } from '../../../support/telemetry/prometheus.ts';
import { scrape } from '../../../support/telemetry/served-metrics.ts';
import type { Situation, World } from '../walk.ts';
import { DAY } from './buying.ts';

export interface HistoryWorld extends World {
  /** The address of the standby. */
  standbyUrl: string;
}

async function onStandby({ standbyUrl }: HistoryWorld, statement: string) {
  const client = new pg.Client({ connectionString: standbyUrl });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
}

async function streamFrom(world: HistoryWorld, conninfo: string): Promise<void> {
  await onStandby(world, `alter system set primary_conninfo = '${conninfo}'`);
  await onStandby(world, 'select pg_reload_conf()');
}

/** Reads orders of a month ago until so many of the reads have such an outcome. */
async function untilReadFrom({ app }: World, wanted: readonly string[], times = 1): Promise<void> {
  const client = await app.client();
  const before = new Date(Date.now() - 30 * DAY * 1000).toISOString();
  const reads = async () =>
    parsePrometheus(await scrape(app))
      .filter(({ name, labels }) => name === 'replica_reads_total' && wanted.includes(labels['outcome'] ?? ''))
      .reduce((sum, { value }) => sum + value, 0);
  const already = await reads();
  await until(
    async () => {
      await client.query(
        `query ($before: DateTime) { topupOrders(organizationId: "1001", first: 20, createdBefore: $before) { totalCount } }`,
        { before },
      );
      return reads();
    },
    (count) => count >= already + times,
  );
}

const standbyIsCutOff: Situation<HistoryWorld> = {
  title: 'the standby streams from nobody',
  alerts: ['HistoryFromPrimary'],
  goesOn: true,
  async bringAbout(world) {
    await untilReadFrom(world, ['replica']);
    const [{ primary_conninfo: source }] = await onStandby(world, 'show primary_conninfo');
    const losses = async () => world.app.logs.filter(({ event }) => event === 'replica_down').length;
    const before = await losses();
    await streamFrom(world, '');
    await until(losses, (count) => count > before);
    await untilReadFrom(world, ['behind', 'failed'], 10);
    return {
      look: (looked) =>
        expect(looked.get('npm run check:config')?.stdout).toMatch(
          /^FAIL {2}database, replica: it streams from nobody: /m,
        ),
      end: () => streamFrom(world, source),
      isOver: () => untilReadFrom(world, ['replica']),
      callAgain: () => untilReadFrom(world, ['replica']),
    };
  },
};

export const history: readonly Situation<HistoryWorld>[] = [standbyIsCutOff];
