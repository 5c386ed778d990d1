import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

/** A pooler between us and PostgreSQL may not know every startup parameter. */

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db?.drop());

/** PostgreSQL's StartupMessage: length, protocol version, names and values that end with NUL, and a last NUL. */
function withoutOptions(message: Buffer): Buffer {
  const parts = message.subarray(8, message.readInt32BE(0)).toString().split('\0');
  const pairs = Array.from({ length: Math.floor(parts.length / 2) }, (_, index) =>
    parts.slice(2 * index, 2 * index + 2),
  );
  const kept = pairs.filter(([name = '']) => name !== '' && name !== 'options').flat();
  const body = Buffer.from(`${kept.join('\0')}\0\0`);
  const head = Buffer.from(message.subarray(0, 8));
  head.writeInt32BE(head.length + body.length);
  return Buffer.concat([head, body]);
}

async function startPooler(target: string, pass: (startup: Buffer) => Buffer) {
  const { hostname, port } = new URL(target);
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    near.once('data', (startup) => {
      far.write(pass(startup as Buffer));
      near.pipe(far).on('error', () => undefined);
    });
    far.pipe(near).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.toString(),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const connectAs = (url: string, role: string) =>
  connectDatabase({ url, role, entities: [], migrations: [], poolSize: 1 });

test.each(Object.values(ROLES))(
  'a pooler that drops the role of %s is detected, and the server does not start on it',
  async (role) => {
    const pooler = await startPooler(db.url, withoutOptions);
    await expect(connectAs(pooler.url, role)).rejects.toThrow(`not as ${role}`);
    await pooler.stop();
  },
);

test('a pooler that passes the role on works', async () => {
  const pooler = await startPooler(db.url, (startup) => startup);
  const database = await connectAs(pooler.url, ROLES.runtime);
  expect(await database.query('select current_user as name')).toEqual([{ name: ROLES.runtime }]);
  await database.destroy();
  await pooler.stop();
});
