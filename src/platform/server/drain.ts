import { Server } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Connections, Exchange } from './connections.ts';

/** Serves on while /readyz answers 503, until load balancers notice the SIGTERM. */
const STILL_ACCEPTING_MS = 1000;
/** An active client sends its next request within this time, and gets `connection: close` with the answer. */
const LAST_ANSWERS_MS = 1000;
const CHECK_MS = 50;
/**
 * Checks after which a request without its whole body is dropped. The caller can retry it, because nothing has run for it.
 * Checks are counted instead of time, because a process may stall for a second.
 */
const BODY_CHECKS = 20;
/** After this many turns of the event loop without a new connection, the listener's queue is empty. */
const QUIET_TURNS = 3;
/** Bounds the turns, because callers may never pause. */
const MAX_TURNS = 2000;

/**
 * Takes a listening server out of service without losing a request that reached it. A connection closes only after an answer
 * with `connection: close`, or after a second without a whole request, because its client may be writing. The listener closes
 * only after its queue is empty, because the system has accepted the connections in it.
 */
export interface Drain {
  /** Resolves when no connection is left. Waits for every whole request in flight, without a limit. */
  run(): Promise<void>;
}

export function prepareDrain(app: FastifyInstance, open: Connections): Drain {
  let lastAnswers = false;
  let hold: Promise<void> | undefined;
  // Without a drain, as in tests, the answers in flight are the last.
  app.addHook('preClose', async () => {
    lastAnswers = true;
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    const send = () => {
      if (lastAnswers) void reply.header('connection', 'close');
      done();
    };
    if (hold === undefined) send();
    else void hold.then(send);
  });

  /** Holds answers for the milliseconds in which the queue empties, because an answered client comes back at once. */
  async function closeListener(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    await emptyQueue(open);
    // HTTP's own close() would close idle connections too.
    Server.prototype.close.call(app.server);
    lastAnswers = true;
    hold = undefined;
    resolve();
  }

  async function run(): Promise<void> {
    if (open.size > 0) await sleep(STILL_ACCEPTING_MS);
    await closeListener();
    for (let waited = 0; waited < LAST_ANSWERS_MS && open.size > 0; waited += CHECK_MS) await sleep(CHECK_MS);
    for (let checks = 0; open.size > 0; checks += 1) {
      destroyIdle(open, checks);
      await sleep(CHECK_MS);
    }
  }
  return { run };
}

async function emptyQueue(open: Connections): Promise<void> {
  for (let quiet = 0, turns = 0; quiet < QUIET_TURNS && turns < MAX_TURNS; turns += 1) {
    const before = open.accepted;
    await afterPoll();
    quiet = open.accepted === before ? quiet + 1 : 0;
  }
}

/** Replaces Node's closeIdleConnections, which spares connections without a whole first request. */
function destroyIdle(open: Connections, checks: number): void {
  const isAwaited = ({ request }: Exchange) => request.complete || checks < BODY_CHECKS;
  for (const { socket, inFlight } of open) if (!inFlight.some(isAwaited)) socket.destroy();
}
