import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreateTopupOrderDocument } from '../../generated/operations.ts';
import { confirmOrder, purchase, readOrder, toItems, until, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import type { ExportedSpan } from '../../support/telemetry/collector.ts';
import { startTracedApp, type TracedApp } from '../../support/telemetry/traces.ts';

let app: TracedApp;

beforeAll(async () => {
  app = await startTracedApp();
});

afterAll(() => app?.close());

describe("a caller's trace", () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('continues through the gateway', async () => {
    const organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
    const gateway = await startGateway({
      subgraphs: { organizations: organizations.url, 'self-topup': `${app.url}/graphql` },
    });
    try {
      const buyer = createTestClient(gateway.url, await app.sandbox.auth.token());
      await buyer.send('{ topupOptions { code } }', {}, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
      const [span] = await until(
        async () =>
          app.collector.spans().filter(({ name, traceId }) => name === 'graphql topupOptions' && traceId === TRACE),
        ({ length }) => length > 0,
      );
      expect(span?.parentSpanId).toBe('00f067aa0ba902b7');
      expect(span?.attributes).toMatchObject({ 'topup.operation': 'topupOptions', 'topup.organization': '1001' });
    } finally {
      await gateway.stop();
      await organizations.stop();
    }
  });

  test('that is not sampled is not sent, and neither is the later work on its order', async () => {
    const buyer = await app.client({ organization_id: '1003' });
    const unsampled = TRACE.replace('4b', '5c');
    const { data } = await buyer.send(
      CreateTopupOrderDocument,
      { input: { items: toItems('1003', { agent_extra: '1' }), idempotencyKey: 'unsampled' } },
      { traceparent: `00-${unsampled}-00f067aa0ba902b7-00` },
    );
    const id = data.createTopupOrder?.order?.id ?? '';
    const order = await confirmOrder(buyer, await readOrder(buyer, id));
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(buyer, id, 'COMPLETED');
    expect(await app.traceOf({ id })).toBe(unsampled);
    // A later span arrived: an exported span of this trace would have arrived before it.
    const later = await purchase(app, buyer, '1003', { agent_extra: '1' });
    await app.untilSpans(await app.traceOf(later), ['job book_paid_pi']);
    expect(app.collector.spans().filter(({ traceId }) => traceId === unsampled)).toEqual([]);
  });

  test.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    `ff-${TRACE}-00f067aa0ba902b7-01`,
  ])('that is invalid (%j) is replaced by a new one', async (traceparent) => {
    const correlationId = `begun-anew-${Math.random().toString(36).slice(2)}`;
    const headers = { traceparent, 'x-correlation-id': correlationId };
    const { errors } = await (await app.client()).send('{ excessUsages { code } }', {}, headers);
    expect(errors).toBeUndefined();
    const [span] = await until(
      async () => app.collector.spans().filter(({ attributes }) => attributes['topup.correlationId'] === correlationId),
      ({ length }) => length > 0,
    );
    expect(span).toMatchObject({ name: 'graphql excessUsages', parentSpanId: '' });
  });
});

/** The outcome of a request, by status and by error code. */
const ends = ({ name, attributes }: ExportedSpan) =>
  ['http.response.status_code', 'topup.outcome'].map((attribute) => `${name} ${attributes[attribute]}`);

test('health and metrics leave no trace; unknown paths do, and every span has its status', async () => {
  for (const path of ['/livez', '/readyz', '/metrics', '/nothing/here?token=canary-of-the-query']) {
    await (await fetch(`${app.url}${path}`)).text();
  }
  await fetch(`${app.url}/webhooks/mekari-pay`, { method: 'POST', body: '{}' });
  await (await app.client()).send('{ excessUsages(organizationId: "1004") { code } }');
  const spans = await until(
    async () => app.collector.spans(),
    (sent) =>
      ['GET (no route) 404', 'POST /webhooks/mekari-pay 401', 'graphql excessUsages FORBIDDEN'].every((end) =>
        sent.some((span) => ends(span).includes(end)),
      ),
  );
  expect(spans.filter(({ name }) => /livez|readyz|metrics/.test(name))).toEqual([]);
  expect(
    spans.filter((span) => ends(span).some((end) => /40[14]$|FORBIDDEN$/.test(end)) && span.statusCode === 2),
  ).toEqual([]);
});

test('no span holds a token, a secret, an address, a name, a body or a query string', async () => {
  const buyer = await app.client({ organization_id: '1004', sub: 'canary-of-the-subject' });
  const order = await purchase(app, buyer, '1004', { chatbot_ai_extra: '1' });
  await app.untilSpans(await app.traceOf(order), ['job send_order_mail', 'settle payment', 'graphql createTopupOrder']);
  const sent = app.collector.received;
  expect(sent).toContain(order.number);
  const environment = app.sandbox.environment();
  const contacts = app.sandbox.hubCore.organizations.all().flatMap((organization) => organization.billing_contacts);
  const secrets = [
    buyer.token,
    buyer.token.split('.')[1],
    environment['MEKARI_CLIENT_SECRET'],
    environment['MEKARI_PAY_WEBHOOK_SECRET']?.replace('whsec_', ''),
    'canary-of-the',
    ...contacts.flatMap(({ name, email }) => [name, email]),
    'PT Bank',
    'external_id',
    'ids=',
    'inv_',
    'hmac username',
  ];
  for (const secret of secrets) expect(sent).not.toContain(secret);
  expect(sent).not.toMatch(/[\w.-]+@[\w-]+\.\w+/);
});
