import { trace } from '@opentelemetry/api';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase, until } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { startReplica } from '../../support/processes/replica.ts';
import { type Manner, startCollector } from '../../support/telemetry/collector.ts';

vi.setConfig({ testTimeout: 60_000 });

afterAll(endStarted);

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const trouble = ({ logs }: TestApp) => logs.filter(({ event }) => event === 'traces_not_sent');

describe('a failing collector costs one line in the log, and no order', () => {
  test.each<Manner>(['talks nonsense', 'refuses the spans'])('when it %s', async (manner) => {
    const collector = await startCollector(manner);
    const app = await startApp({ env: { [ENDPOINT]: collector.url } });
    const buyer = await app.client({ organization_id: '1003' });
    await purchase(app, buyer, '1003', { agent_extra: '1' });
    await until(
      async () => {
        await buyer.query('{ excessUsages { code } }');
        return collector.attempts;
      },
      (attempts) => attempts >= 3,
    );
    await app.close();
    expect(trouble(app)).toHaveLength(1);
    expect(JSON.stringify(trouble(app))).not.toMatch(/<html>|This is not HTTP/);
    expect(app.logs.filter(({ level, event }) => Number(level) >= 40 && event !== 'traces_not_sent')).toEqual([]);
    await collector.stop();
  });

  test('when nothing listens', async () => {
    const app = await startApp({ env: { [ENDPOINT]: `http://127.0.0.1:${await freePort()}` } });
    await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '1' });
    await until(
      async () => trouble(app),
      ({ length }) => length > 0,
    );
    await app.close();
    expect(trouble(app)).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('ECONNREFUSED'), level: 40 }),
    ]);
  });
});

test('a hanging collector delays no answer, and no stop: the server ends with 0', async () => {
  await buildOnce();
  const collector = await startCollector('hangs');
  // The app is migrated and filled, and runs alone: the replica is another process on the same database.
  const app = await startApp({ withoutBackground: true });
  const replica = await startReplica(app, { [ENDPOINT]: collector.url });
  const buyer = createTestClient(replica.url, await app.sandbox.auth.token());
  await until(
    async () => {
      await buyer.query('{ topupOptions { code } }');
      return collector.attempts;
    },
    (attempts) => attempts > 0,
  );
  await buyer.query('{ topupOptions { code } }');
  replica.process.signal('SIGTERM');
  const { code, stdout, stderr } = await replica.process.finished;
  // The library itself would wait ten seconds for an answer; after nine the process gives up and ends with 1.
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('stop_incomplete');
  await app.close();
  await collector.stop();
});

test('nothing is registered, held, sent or logged without the setting', async () => {
  const app = await startApp();
  const buyer = await app.client({ organization_id: '1003' });
  expect(trace.getTracer('any').startSpan('any').isRecording()).toBe(false);
  await buyer.send('{ excessUsages { code } }', {}, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  const order = await purchase(app, buyer, '1003', { agent_extra: '1' });
  expect(await app.db.query('select trace_parent from topup_orders where id = $1', [order.id])).toEqual([
    { trace_parent: null },
  ]);
  const { hubCore, mekariBilling, mekariPay, moderator } = app.sandbox;
  const calls = [hubCore, mekariBilling, mekariPay, moderator].flatMap((neighbour) => neighbour.requests());
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter(({ headers }) => 'traceparent' in headers)).toEqual([]);
  expect(app.logs.filter((line) => 'traceId' in line)).toEqual([]);
  await app.close();
});

test('a stop removes the registration, and a new start can register again', async () => {
  for (const organization of ['1002', '1003']) {
    const collector = await startCollector();
    const app = await startApp({ env: { [ENDPOINT]: collector.url } });
    const buyer = await app.client({ organization_id: organization });
    await buyer.query('{ excessUsages { code } }');
    // The spans are sent at the stop at the latest.
    await app.close();
    expect(collector.spans().map(({ attributes }) => attributes['topup.organization'])).toContain(organization);
    expect(trace.getTracer('any').startSpan('any').isRecording()).toBe(false);
    await collector.stop();
  }
});
