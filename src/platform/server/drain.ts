import { Server } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Connections, Exchange } from './connections.ts';

/** /readyz says 503 and everything else goes on: about what balancers and lists of endpoints take to hear of a SIGTERM. */
const STILL_ACCEPTING_MS = 1000;
/** Long enough for a client that is at work to send its next request, and to be told to go with the answer. */
const LAST_ANSWERS_MS = 1000;
const LOOK_AGAIN_MS = 50;
/**
 * A request whose body has not arrived after this many more looks is dropped. Looks are counted, not time: a process that stalls
 * for a second has looked once. Nothing was done for such a request, so its caller can send it to another replica.
 */
const LAST_BODY_LOOKS = 20;
/** Turns of the event loop without a new connection, after which nobody waits in the listener's queue. */
const QUIET_TURNS = 3;
/** Callers that never pause must not keep the listener open. */
const MOST_TURNS = 2000;

/**
 * Takes a listening server out of service without losing a request that reached it. Two things would lose one: closing a
 * connection on which its client is just writing, so none is closed before its client was told to with an answer, or asked
 * nothing, half a request included, for a second; and closing the listener while connections wait in its queue, which the system has accepted and we
 * have not.
 */
export interface Drain {
  /** Resolves when no connection is left. A whole request that is under way is waited for, however long it takes. */
  run(): Promise<void>;
}

export function prepareDrain(app: FastifyInstance, open: Connections): Drain {
  let lastAnswers = false;
  let held: Promise<void> | undefined;
  // A server that is closed without a drain, as tests do it, answers what is under way as its last.
  app.addHook('preClose', async () => {
    lastAnswers = true;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    const send = () => {
      if (lastAnswers) void reply.header('connection', 'close');
      done();
    };
    if (held === undefined) send();
    else void held.then(send);
  });

  /** Who gets an answer comes back at once: answers wait for the milliseconds in which the queue is emptied. */
  async function closeListener(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; turns += 1) {
      const before = open.accepted;
      await afterPoll();
      quiet = open.accepted === before ? quiet + 1 : 0;
    }
    // HTTP's own close() would close idle connections too.
    Server.prototype.close.call(app.server);
    lastAnswers = true;
    held = undefined;
    resolve();
  }

  async function run(): Promise<void> {
    if (open.size > 0) await sleep(STILL_ACCEPTING_MS);
    await closeListener();
    for (let waited = 0; waited < LAST_ANSWERS_MS && open.size > 0; waited += LOOK_AGAIN_MS) await sleep(LOOK_AGAIN_MS);
    for (let looks = 0; open.size > 0; looks += 1) {
      const isAwaited = ({ request }: Exchange) => request.complete || looks < LAST_BODY_LOOKS;
      // To Node a connection on which nothing, or half a request, was ever asked is not idle.
      for (const { socket, underWay } of open) if (!underWay.some(isAwaited)) socket.destroy();
      await sleep(LOOK_AGAIN_MS);
    }
  }
  return { run };
}
