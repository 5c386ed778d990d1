import { afterAll, beforeAll, test, vi } from 'vitest';
import { startApp } from '../../support/app/app.ts';
import { startEventReceiver } from '../../support/http/event-receiver.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';
import { createOperator } from './operator.ts';
import { jobs } from './situations/jobs.ts';
import { mails } from './situations/mails.ts';
import { queue } from './situations/queue.ts';
import { type ReceiverWorld, receivers } from './situations/receivers.ts';
import { walk } from './walk.ts';

// Each test starts a dozen processes.
vi.setConfig({ testTimeout: 180_000 });

let world: ReceiverWorld;

beforeAll(async () => {
  const time = movableClock();
  const starting = startApp({
    clock: time.clock,
    sandbox: { clock: time.now, wireClock: time.now },
    env: { EVENT_INTERNAL_HOSTS: '127.0.0.1' },
  });
  const [app, receiver] = await Promise.all([starting, startEventReceiver(), buildOnce()]);
  world = { app, operator: createOperator(app), time, receiver };
});

afterAll(async () => {
  await endStarted();
  await world?.app.close();
  await world?.receiver.stop();
});

test.each([...jobs, ...mails, ...receivers, ...queue])(
  '$title: the runbook mends it, and its alerts end',
  (situation) => walk(world, situation),
);
