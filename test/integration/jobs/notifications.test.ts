import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase, until } from '../../support/app/purchase.ts';

/** Every login may send NOTIFY: PostgreSQL has no privilege for it. */

let app: TestApp;
let intruder: pg.Client;

beforeAll(async () => {
  app = await startApp();
  const name = `login_${randomBytes(6).toString('hex')}`;
  await app.db.query(`create role ${name} login password 'secret' in role ${ROLES.runtime}`);
  const url = new URL(app.db.url);
  url.username = name;
  url.password = 'secret';
  intruder = new pg.Client({ connectionString: url.toString() });
  await intruder.connect();
});

afterAll(async () => {
  await intruder?.end();
  await app?.close();
});

const restarts = () => app.logs.filter(({ event }) => event === 'worker_restarts');
test('a false announcement of a new queue stops no worker, and a flood of hints starves no job', async () => {
  const buyer = await app.client();
  const breaking = `notify "worker:migrate", '{"breaking":true,"migrationNumber":99}'`;
  await intruder.query(breaking);
  for (let round = 0; round < 20; round += 1) {
    await intruder.query(
      `select count(pg_notify('jobs:insert', json_build_object('count', 1000000 + n)::text)) from generate_series(1, 1000) n`,
    );
    await intruder.query(breaking);
  }
  const order = await purchase(app, buyer, '1001', { muv: '500' });
  expect(order.status).toBe('COMPLETED');
  expect(restarts()).toEqual([]);
  expect(process.exitCode).toBeUndefined();
});

test('a queue that was really migrated beyond this version stops the worker', async () => {
  await app.db.query(`insert into graphile_worker.migrations (id, breaking) values (999, true)`);
  const reasons = () => restarts().map(({ reason }) => String(reason));
  await until(
    async () => reasons(),
    (all) =>
      all.some((reason) => reason.includes('migrated beyond this version')) &&
      all.some((reason) => reason.includes('breaking migration')),
  );
  await app.db.query(`delete from graphile_worker.migrations where id = 999`);
});
