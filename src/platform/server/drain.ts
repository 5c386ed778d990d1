import { Server, type Socket } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** /readyz says 503 and everything else goes on: about what balancers and lists of endpoints take to hear of a SIGTERM. */
const STILL_ACCEPTING_MS = 1000;
/** Long enough for a client that is at work to send its next request, and to be told to go with the answer. */
const LAST_ANSWERS_MS = 1000;
const LOOK_AGAIN_MS = 50;

/**
 * Takes a listening server out of service without losing a request that reached it. A kept-alive connection that is closed
 * while its client writes on it loses that request, so none is closed before its client was told to with an answer, or said
 * nothing for a second. The listener is closed while the clients have connections: what waits in its queue would be lost.
 */
export interface Drain {
  /** Resolves when no connection is left. A request under way is waited for, however long it takes. */
  run(): Promise<void>;
}

export function prepareDrain(app: FastifyInstance): Drain {
  const open = new Set<Socket>();
  let lastAnswers = false;
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // A server that is closed without this, as tests do it, answers what is under way as its last.
  app.addHook('preClose', async () => {
    lastAnswers = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (lastAnswers) void reply.header('connection', 'close');
  });

  async function run(): Promise<void> {
    if (open.size > 0) await sleep(STILL_ACCEPTING_MS);
    // What came up to now has just been accepted. HTTP's own close() would close idle connections too.
    await afterPoll();
    Server.prototype.close.call(app.server);
    // Not before: who is told to go comes back at once, and would wait in that queue.
    lastAnswers = true;
    for (let waited = 0; waited < LAST_ANSWERS_MS && open.size > 0; waited += LOOK_AGAIN_MS) await sleep(LOOK_AGAIN_MS);
    while (open.size > 0) {
      app.server.closeIdleConnections();
      // To Node a connection on which nothing was ever asked is not idle.
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
      await sleep(LOOK_AGAIN_MS);
    }
  }
  return { run };
}
