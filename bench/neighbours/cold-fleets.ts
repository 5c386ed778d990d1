import type { Ground } from './ground.ts';
import { askPage, type PageAnswer, range } from './page.ts';
import { type Redis } from './redis.ts';
import { type Replica, startReplica } from './replica.ts';
import { table } from './table.ts';

const REQUESTS = 1000;
const ORGANIZATIONS = 50;

interface Counted {
  billing: ReadonlyMap<string, number>;
  hubCore: number;
  pages: readonly PageAnswer[];
}

/** Counts the calls to the neighbours when all pages arrive at once and every cache is cold. */
export async function coldFleets(ground: Ground, redis: Redis | undefined): Promise<string> {
  const fleets: { name: string; replicas: number; env: Record<string, string> }[] = [
    { name: 'one replica', replicas: 1, env: {} },
    ...(redis ? [{ name: 'three, one Redis', replicas: 3, env: { REDIS_URL: redis.url } }] : []),
    { name: 'three, no Redis', replicas: 3, env: {} },
  ];
  const counted: Counted[] = [];
  for (const { replicas, env } of fleets) {
    const DATABASE_URL = await ground.database();
    const started = await Promise.all(
      Array.from({ length: replicas }, () => startReplica(ground, { DATABASE_URL, ...env })),
    );
    counted.push(await askAtOnce(ground, started));
    for (const replica of started) await replica.stop();
  }

  const packages = [...new Set(counted.flatMap(({ billing }) => [...billing.keys()]))].toSorted();
  const row = (name: string, value: (fleet: Counted) => string | number) => [
    name,
    ...counted.map((each) => String(value(each))),
  ];
  const shownBy = ({ pages }: Counted) => pages.flatMap(({ shown }) => shown ?? []);
  return table(
    ['', ...fleets.map(({ name }) => name)],
    [
      ...packages.map((id) => row(`GETs of ${id}`, ({ billing }) => billing.get(id) ?? 0)),
      row('calls to hub-core', ({ hubCore }) => hubCore),
      row('rows of a page', (fleet) => range(shownBy(fleet).map(({ rows }) => rows))),
      row('of them with what is owed', (fleet) => range(shownBy(fleet).map(({ owed }) => owed))),
      row('errors', ({ pages }) => pages.filter(({ shown }) => shown === undefined).length),
      row('last page after, ms', ({ pages }) => Math.round(Math.max(...pages.map(({ ms }) => ms)))),
    ],
  );
}

async function askAtOnce({ sandbox, organizations }: Ground, replicas: readonly Replica[]): Promise<Counted> {
  const asked = organizations.slice(0, ORGANIZATIONS);
  const connected = await Promise.all(
    replicas.map((replica, index) => {
      const share = Array.from({ length: REQUESTS }, (_, request) => request).filter(
        (n) => n % replicas.length === index,
      );
      return replica.callers(share.map((request) => asked[request % asked.length] ?? ''));
    }),
  );
  const callers = connected.flat();
  sandbox.hubCore.clearRequests();
  sandbox.mekariBilling.clearRequests();
  const pages = await Promise.all(callers.map(askPage));
  for (const caller of callers) caller.close();
  const ids = sandbox.mekariBilling.requests().map(({ path }) => path.split('/').at(-1) ?? '');
  return {
    billing: new Map([...Map.groupBy(ids, (id) => id)].map(([id, calls]) => [id, calls.length])),
    hubCore: sandbox.hubCore.requestCount(),
    pages,
  };
}
