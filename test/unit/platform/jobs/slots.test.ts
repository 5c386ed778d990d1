import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import { beforeEach, expect, test } from 'vitest';
import { type Slots, watchSlots } from '../../../../src/platform/jobs/slots.ts';

const NOT_YET = 'not yet';
let events: WorkerEvents;
let slots: Slots;

/** Two slots. The library emits its events with more than this. */
beforeEach(() => {
  events = new EventEmitter();
  slots = watchSlots(events);
  for (const slot of ['one', 'two']) emit('worker:create', slot);
});

type SlotEvent = 'worker:create' | 'worker:getJob:empty' | 'job:start' | 'job:complete';

function emit(event: SlotEvent, workerId: string, jobId?: string): void {
  events.emit(event, { worker: { workerId }, job: { id: jobId } } as never);
}

function claim(...workerIds: string[]): void {
  for (const id of workerIds) emit('worker:getJob:empty', id);
}

const reason = () => Promise.race([slots.failed, Promise.resolve(NOT_YET)]);

test('slots that hear that no job is due are claiming, from the first answer of each', () => {
  claim('one');
  expect(slots.areClaiming).toBe(false);
  claim('two');
  expect(slots.areClaiming).toBe(true);
});

test('a runner fails when one slot misses three checks, even while the other claims', async () => {
  claim('one', 'two');
  slots.check();
  for (let missed = 1; missed <= 3; missed++) {
    expect(await reason()).toBe(NOT_YET);
    claim('one');
    slots.check();
    expect(slots.areClaiming).toBe(false);
  }
  expect(await reason()).toBe('it takes no jobs');
});

test('a claim in time starts the count again', async () => {
  for (let round = 0; round < 5; round++) {
    claim('one', 'two');
    slots.check();
    slots.check();
    slots.check();
  }
  expect(await reason()).toBe(NOT_YET);
});

test('a job may run for as long as it likes', async () => {
  emit('job:start', 'one', '7');
  expect([slots.runs('7'), slots.runs('8'), slots.areIdle]).toEqual([true, false, false]);
  for (let check = 0; check < 10; check++) {
    claim('two');
    slots.check();
  }
  expect([slots.areClaiming, await reason()]).toEqual([true, NOT_YET]);
  emit('job:complete', 'one', '7');
  expect([slots.runs('7'), slots.areIdle]).toEqual([false, true]);
});

test('a runner fails as soon as the library stops by itself', async () => {
  claim('one', 'two');
  events.emit('pool:gracefulShutdown', { message: 'Could not completeJobs' } as never);
  expect(await slots.failed).toBe('Could not completeJobs');
});
