import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

let db: TestDatabase;
let wire: Awaited<ReturnType<typeof startWire>>;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
});

beforeEach(async () => {
  wire = await startWire(db.url);
});

afterEach(async () => {
  await database?.destroy();
  await wire?.stop();
});

afterAll(() => db?.drop());

/**
 * Proxies the database and can stop answering on open connections, as if the host died and its address went to another.
 */
async function startWire(target: string) {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    near.pipe(far).on('error', () => undefined);
    far.pipe(near).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.toString(),
    /** Mutes the open connections: bytes written to them are dropped, and no answer arrives. */
    silence() {
      for (const socket of sockets) socket.unpipe().resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A pool of one connection: the next caller would get the broken one. */
async function connectThrough(statementTimeoutMs: number): Promise<void> {
  database = await connectDatabase({ url: wire.url, entities: [], migrations: [], poolSize: 1, statementTimeoutMs });
}

test('a statement on a connection with a dead host fails, and the next statement gets a new connection', async () => {
  await connectThrough(100);
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  wire.silence();
  await expect(database.query('select 2 as two')).rejects.toThrow('The database sent nothing for 2100 ms');
  expect(await database.query('select 3 as three')).toEqual([{ three: 3 }]);
});

test('a transaction fails too, and the next caller does not continue in the middle of it', async () => {
  await connectThrough(100);
  const transaction = database.transaction(async (tx) => {
    await tx.query('select 1');
    wire.silence();
    await tx.query('select 2');
  });
  await expect(transaction).rejects.toThrow('The database sent nothing for 2100 ms');
  const idle = `select now() = statement_timestamp() as "isAlone"`;
  expect(await database.query(idle)).toEqual([{ isAlone: true }]);
});

test('silence is no fault where a statement has no time limit', async () => {
  await connectThrough(0);
  expect(await database.query('select 1 as one from pg_sleep(2.5)')).toEqual([{ one: 1 }]);
});
