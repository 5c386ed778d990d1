import { expect } from 'vitest';
import type { TestApp } from '../../support/app/app.ts';
import type { Finished } from '../../support/processes/built.ts';
import type { movableClock } from '../../support/tools/movable-clock.ts';
import type { Course } from './course.ts';
import { expectToFire } from './firing.ts';
import { codesOf, type createOperator } from './operator.ts';
import type { Names } from './page.ts';

/** The started parts of a file. */
export interface World {
  app: TestApp;
  operator: ReturnType<typeof createOperator>;
  time: ReturnType<typeof movableClock>;
}

/** The finished lines, by their text on the page. */
export type Looked = ReadonlyMap<string, Finished>;

export interface Cause {
  /** These replace the examples of the page. */
  names?: Names;
  /** Checks what the lines that look have printed. */
  look(looked: Looked): void | Promise<void>;
  /** Ends a cause that is not ours, such as the outage of a neighbour, before the lines that mend. */
  end?(): Promise<unknown>;
  /** Resolves once everything is right again, after the lines that mend. */
  isOver(): Promise<unknown>;
  /** Uses again what had failed: rates of failures need calls. */
  callAgain?(): Promise<unknown>;
}

export interface Situation<W extends World = World> extends Course {
  title: string;
  alerts: readonly string[];
  bringAbout(world: W): Promise<Cause>;
}

/** Brings the cause about, runs the lines of its runbooks, and expects its alerts to fire in between and not afterwards. */
export async function walk<W extends World>(world: W, situation: Situation<W>): Promise<void> {
  const { operator } = world;
  const { alerts } = situation;
  const before = await operator.scrape();
  const { names = {}, look, end, isOver, callAgain } = await situation.bringAbout(world);
  const during = await operator.scrape();
  await look(await operator.look(alerts, names));
  await end?.();
  const mended = codesOf(await operator.mend(alerts, names));
  expect(mended).toEqual(Object.fromEntries(Object.keys(mended).map((line) => [line, 0])));
  await isOver();
  const ended = await operator.scrape();
  await callAgain?.();
  expectToFire(alerts, { before, during, ended, after: await operator.scrape() }, situation);
}
