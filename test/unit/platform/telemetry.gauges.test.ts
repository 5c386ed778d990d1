import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTelemetry, type Telemetry } from '../../../src/platform/telemetry/telemetry.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

let telemetry: Telemetry;
const server = createServer((_request, response) => void telemetry.text().then((text) => response.end(text)));

beforeAll(async () => {
  telemetry = createTelemetry();
  // A page without a single sample has no line.
  telemetry.operation('topupOptions', 'ok', 0.01);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await telemetry.stop();
});

async function samples(name: string): Promise<unknown[]> {
  const { port } = server.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return parsePrometheus(text).flatMap((sample) =>
    sample.name === name ? [[sample.labels['kind'], sample.value]] : [],
  );
}

test('a gauge reports the current state: a vanished label leaves no line, and an unreadable value is left out', async () => {
  let read = async () =>
    new Map([
      ['one', 1],
      ['two', 2],
    ]);
  telemetry.gauge({ name: 'things', description: 'Things', label: 'kind', read: () => read() });
  expect(await samples('things')).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
  read = async () => new Map([['two', 3]]);
  expect(await samples('things')).toEqual([['two', 3]]);
  read = () => Promise.reject(new Error('the database is away'));
  expect(await samples('things')).toEqual([]);
  read = async () => new Map([['one', 4]]);
  expect(await samples('things')).toEqual([['one', 4]]);
});

test('two concurrent readers each get all of it', async () => {
  // The result reaches both callers at once, when both have asked.
  const bothAsked = Promise.withResolvers<void>();
  let asked = 0;
  server.on('request', () => {
    asked += 1;
    if (asked === 2) setImmediate(bothAsked.resolve);
  });
  const value = bothAsked.promise.then(() => new Map([['one', 1]]));
  telemetry.gauge({ name: 'others', description: 'Others', label: 'kind', read: () => value });
  expect(await Promise.all([samples('others'), samples('others')])).toEqual([[['one', 1]], [['one', 1]]]);
});

test('a counter keeps counting from one reading to the next', async () => {
  telemetry.job('note', 'done');
  await samples('jobs_finished_total');
  telemetry.job('note', 'done');
  const { port } = server.address() as AddressInfo;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^jobs_finished_total\{.*\} 2$/m);
});

test('a gauge that never answers leaves the others alone', async () => {
  telemetry.gauge({ name: 'stuck', description: 'Stuck', label: 'kind', read: () => new Promise(() => undefined) });
  expect(await samples('stuck')).toEqual([]);
  expect(await samples('others')).toEqual([['one', 1]]);
});
