import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, test, vi } from 'vitest';
import { migrations } from '../../../migrations/index.ts';
import { type Postgres, startPostgres } from '../../../sandbox/postgres/postgres.ts';
import { entities } from '../../../src/app/entities.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { startApp } from '../../support/app/app.ts';
import { createDatabase } from '../../support/database/database.ts';
import { withDatabaseName } from '../../support/database/database-names.ts';
import { type DatabaseWire, startDatabaseWire } from '../../support/database/database-wire.ts';
import { type Standby, startStandby } from '../../support/database/standby.ts';
import { startRedis } from '../../support/neighbours/redis.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';
import { createOperator } from './operator.ts';
import { type DatabaseWorld, database } from './situations/database.ts';
import { type HistoryWorld, history } from './situations/history.ts';
import { neighbours } from './situations/neighbours.ts';
import { type RedisWorld, redis } from './situations/redis.ts';
import { type ReplicaWorld, replica, startOther } from './situations/replica.ts';
import { type Situation, walk } from './walk.ts';

/** PostgreSQL with a standby, Redis and two replicas: their outages belong to this file alone. */

vi.setConfig({ testTimeout: 180_000 });

type ServersWorld = DatabaseWorld & HistoryWorld & RedisWorld & ReplicaWorld;
const hasRedis = inject('canStartRedis');
const directory = (name: string) => join(tmpdir(), `self-topup-runbooks-${name}-${process.pid}`);
let postgres: Postgres;
let standby: Standby;
let wire: DatabaseWire;
let world: ServersWorld;

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory('primary') });
  const db = await createDatabase('template1', postgres.url);
  const [server] = await Promise.all([
    hasRedis ? startRedis() : undefined,
    buildOnce(),
    migrate({ url: db.url, entities, migrations }),
  ]);
  standby = await startStandby({ url: postgres.url, directory: directory('primary') }, directory('standby'));
  // Commits do not wait for it: it is asynchronous, as such a replica is.
  await db.query('alter system reset synchronous_standby_names');
  await db.query('select pg_reload_conf()');
  const time = movableClock();
  const env = {
    DATABASE_REPLICA_URL: withDatabaseName(standby.url, new URL(db.url).pathname.slice(1)),
    // Each mutation asks Redis then.
    MUTATIONS_PER_MINUTE: '6000',
    ...(server && { REDIS_URL: server.url }),
  };
  wire = await startDatabaseWire(db.url);
  const app = await startApp({ db: { ...db, url: wire.url }, clock: time.clock, env });
  const operator = createOperator(app, env);
  const parts = { app, operator, time };
  const other = await startOther(parts);
  world = {
    ...parts,
    other,
    wire,
    databaseUrl: db.url,
    standbyUrl: standby.url,
    ...(server && { redis: server }),
  } as ServersWorld;
});

afterAll(async () => {
  try {
    await endStarted();
    await world?.app.close();
  } finally {
    await wire?.stop();
    await world?.redis?.stop();
    await standby?.stop();
    await postgres?.stop();
  }
});

const title = '$title: the runbook mends it, and its alerts end';
const run = (situation: Situation<ServersWorld>) => walk(world, situation);

test.each<Situation<ServersWorld>>([...neighbours, ...replica, ...history, ...database])(title, run);
test.skipIf(!hasRedis).each<Situation<ServersWorld>>(redis)(title, run);
