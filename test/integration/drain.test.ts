import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { prepareDrain } from '../../src/platform/server/drain.ts';
import { until } from '../support/purchase.ts';

/** One request on a connection of its own: how it ended. */
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
    const drain = prepareDrain(app);
    app.get('/', async () => 'here');
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    let answered = 0;
    // Each asks again as soon as it is answered, until it is not.
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
