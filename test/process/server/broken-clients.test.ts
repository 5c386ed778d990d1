import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { prepareDatabase, startReplica } from '../../support/processes/replica.ts';
import { createRandom } from '../../support/tools/random.ts';

vi.setConfig({ testTimeout: 120_000 });

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const CLIENTS = 600;

let db: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
  await prepareDatabase(db);
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

const PAGE = JSON.stringify({
  query: '{ topupOptions { id unitPrice { amount } excessUsage { amount { amount } } } }',
});
const ENTITIES = JSON.stringify({
  query:
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { topupOrders { totalCount } } } }',
  variables: { r: Array.from({ length: 50 }, () => ({ __typename: 'Organization', id: '1001' })) },
});

test('clients that break off at any byte, in any way, cause no fault that nobody catches', async () => {
  const random = createRandom(seed);
  const replica = await startReplica({ db, sandbox });
  const token = await sandbox.auth.token();
  const post = (path: string, body: string, header = `authorization: Bearer ${token}`) =>
    `POST ${path} HTTP/1.1\r\nhost: here\r\n${header}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const get = (path: string, ...headers: string[]) =>
    `GET ${path} HTTP/1.1\r\nhost: here\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;
  const requests = [
    post('/graphql', PAGE),
    post('/graphql', ENTITIES),
    post('/graphql', PAGE).repeat(5),
    post('/webhooks/mekari-pay', PAGE),
    get('/iag/v1/topup-configurations', `authorization: Bearer ${token}`),
    get('/readyz').repeat(40),
    get('/metrics').repeat(3),
    get('/graphql?query={__typename}', 'apollo-require-preflight: true'),
    get('/livez', 'connection: upgrade', 'upgrade: websocket'),
    get('/livez', 'expect: 100-continue'),
    post('/graphql', PAGE, 'expect: 100-continue'),
    'CONNECT here:443 HTTP/1.1\r\nhost: here\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nhost: here\r\n\r\n',
    `POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\nx`,
  ];
  const { port } = new URL(replica.url);
  const breakOff = async () => {
    const bytes = requests[random.below(requests.length)] ?? '';
    // Half of them send all, and break off while the answer is made or sent.
    const sent = random.below(2) === 0 ? bytes : bytes.slice(0, random.below(bytes.length));
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    socket.write(sent);
    const wait = random.below(3);
    if (wait === 1) await new Promise((resolve) => setTimeout(resolve, random.below(40)));
    else if (wait === 2) await Promise.race([once(socket, 'data'), new Promise((resolve) => setTimeout(resolve, 200))]);
    if (random.below(2) === 0) socket.resetAndDestroy();
    else socket.end().destroySoon();
    await closed;
  };
  const each = async () => {
    for (let client = 0; client < CLIENTS / 20; client++) await breakOff();
  };
  await Promise.all(Array.from({ length: 20 }, each));
  expect(replica.process.hasEnded, `SEED=${seed}`).toBe(false);
  const metrics = await (await fetch(`${replica.url}/metrics`)).text();
  expect(metrics, `SEED=${seed}`).toMatch(/^unhandled_rejections_total\S* 0$/m);
  replica.process.signal('SIGTERM');
  const { code, stdout, stderr } = await replica.process.finished;
  expect({ code, stderr }, `SEED=${seed}`).toEqual({ code: 0, stderr: '' });
  const faults = stdout.split('\n').filter((line) => line.startsWith('{') && JSON.parse(line).level >= 50);
  expect(faults, `SEED=${seed}`).toEqual([]);
});
