import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { Connections } from '../../../../src/platform/server/connections.ts';
import { prepareDrain } from '../../../../src/platform/server/drain.ts';
import { until } from '../../../support/app/purchase.ts';

/** The outcome of one request on a connection of its own. */
function ask(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const failed = ({ syscall, code }: NodeJS.ErrnoException) => resolve(`${syscall} ${code}`);
  const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
    response.on('error', failed);
    response.on('end', () => resolve('answered')).resume();
  });
  request.on('error', failed);
  return promise;
}

test('callers with a new connection for every request are answered or refused, and never cut off', async () => {
  for (let round = 0; round < 3; round++) {
    const app = Fastify();
    const drain = prepareDrain(app, new Connections(app.server));
    app.get('/', async () => 'here');
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    let answered = 0;
    // Each caller sends its next request after each answer, until one fails.
    const callers = Array.from({ length: 8 }, async () => {
      for (;;) {
        const ending = await ask(port);
        if (ending !== 'answered') return ending;
        answered += 1;
      }
    });
    await until(
      async () => answered,
      (count) => count >= 100,
    );
    await drain.run();
    expect(await Promise.all(callers)).toEqual(callers.map(() => 'connect ECONNREFUSED'));
    await app.close();
  }
});

/** The bytes that the other end sent before it closed the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  await once(socket, 'close');
  return received;
}

test('half a request or half a body delays no stop, and a whole one is answered however long it takes', async () => {
  const app = Fastify();
  const drain = prepareDrain(app, new Connections(app.server));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  app.get('/slow', () => {
    asked.resolve();
    return answer.promise;
  });
  const begun = Promise.withResolvers<void>();
  app.addHook('onRequest', async ({ url }) => {
    if (url === '/body') begun.resolve();
  });
  app.post('/body', async () => 'never');
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const [silent, half, withoutBody, whole] = [connect(port), connect(port), connect(port), connect(port)];
  const closed = [silent, half, withoutBody, whole].map(untilClosed);
  half.write('GET / HTTP/1.1\r\nhost: here\r\n');
  const head = 'host: here\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n';
  withoutBody.write(`POST /body HTTP/1.1\r\n${head}{`);
  whole.write('GET /slow HTTP/1.1\r\nhost: here\r\n\r\n');
  await Promise.all([asked.promise, begun.promise]);
  await until(
    () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count))),
    (count) => count === 4,
  );
  const drained = drain.run();
  expect(await Promise.all(closed.slice(0, 3))).toEqual(['', '', '']);
  expect(whole.destroyed).toBe(false);
  answer.resolve('here');
  const [answerHead, body] = (await closed[3])?.split('\r\n\r\n') ?? [];
  expect(answerHead).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(body).toBe('here');
  await drained;
  await app.close();
});
