import { afterAll, beforeAll, test, vi } from 'vitest';
import { startApp } from '../../support/app/app.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';
import { createOperator } from './operator.ts';
import { audits } from './situations/audits.ts';
import { money } from './situations/money.ts';
import { notices } from './situations/notices.ts';
import { type World, walk } from './walk.ts';

// Each test starts a dozen processes.
vi.setConfig({ testTimeout: 180_000 });

let world: World;

beforeAll(async () => {
  const time = movableClock();
  const starting = startApp({ clock: time.clock, sandbox: { clock: time.now, wireClock: time.now } });
  const [app] = await Promise.all([starting, buildOnce()]);
  world = { app, operator: createOperator(app), time };
});

afterAll(async () => {
  await endStarted();
  await world?.app.close();
});

test.each([...audits, ...money, ...notices])('$title: the runbook mends it, and its alerts end', (situation) =>
  walk(world, situation),
);
