import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { ResultOf } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CancelTopupOrderDocument,
  CheckTopupPaymentDocument,
  CreateTopupOrderDocument,
} from '../generated/operations.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Collector, type ExportedSpan, pathOf, startCollector } from '../support/collector.ts';
import { startGateway } from '../support/gateway.ts';
import { startOrganizationsSubgraph } from '../support/organizations-subgraph.ts';
import { confirmOrder, createOrder, purchase, readOrder, toItems, until, untilStatus } from '../support/purchase.ts';
import { createTestClient } from '../support/test-client.ts';

let collector: Collector;
let app: TestApp;

beforeAll(async () => {
  collector = await startCollector();
  app = await startApp({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` } });
});

afterAll(async () => {
  await app?.close();
  await collector?.stop();
});

/** The trace in which the order was created, by the column that keeps it. */
async function traceOf(order: { id: string }): Promise<string> {
  const [row] = await app.db.query<{ trace: string }>(
    `select split_part(trace_parent, '-', 2) as trace from topup_orders where id = $1`,
    [order.id],
  );
  return row?.trace ?? '';
}

/** Sent in batches: waits until all of these are there. */
async function untilSpans(traceId: string, names: readonly string[]): Promise<ExportedSpan[]> {
  return until(
    async () => collector.spans().filter((span) => span.traceId === traceId),
    (spans) => names.every((name) => spans.some((span) => span.name === name)),
  );
}

const named = (spans: readonly ExportedSpan[], name: string): ExportedSpan => {
  const [span, ...others] = spans.filter((candidate) => candidate.name === name);
  if (span === undefined || others.length > 0) throw new Error(`${others.length + Number(!!span)} spans ${name}`);
  return span;
};

const PACKAGES = 'mekari-billing GET /api/v4/packages/{id}';
const ORGANIZATIONS = 'hub-core GET /api/v1/organizations';

describe('the trace of an order', () => {
  test('shows the whole purchase, from the mutation to the last mail', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '2' });
    const traceId = await traceOf(order);
    const spans = await untilSpans(traceId, ['job send_order_mail', 'job book_paid_pi', 'graphql createTopupOrder']);
    const mails = await until(
      async () => collector.spans().filter((span) => span.traceId === traceId && span.name === 'job send_order_mail'),
      ({ length }) => length === 2,
    );
    const all = collector.spans().filter((span) => span.traceId === traceId);
    const root = 'graphql createTopupOrder';
    const created = `${root} > create order`;
    const mail = [`${created} > job send_order_mail`];
    const onePerMail = ['', ` > ${ORGANIZATIONS}`, ' > mail SMTP send'].map((rest) => `${mail}${rest}`);
    // The first mail asks to pay; paid at once, it may come too late to say anything true, and is then not sent.
    const silent = mails.filter(({ spanId }) => !all.some((span) => span.parentSpanId === spanId)).length;
    const mailPaths = [...onePerMail, ...(silent === 1 ? onePerMail.slice(0, 1) : onePerMail)];
    expect(all.map((span) => pathOf(span, all)).toSorted()).toEqual(
      [
        root,
        created,
        `${created} > ${ORGANIZATIONS}`,
        `${created} > ${PACKAGES}`,
        `${created} > confirm order`,
        `${created} > confirm order > ${ORGANIZATIONS}`,
        `${created} > confirm order > ${PACKAGES}`,
        `${created} > confirm order > mekari-pay GET /api/v1/invoices`,
        `${created} > confirm order > mekari-pay POST /api/v1/invoices`,
        `${created} > settle payment`,
        `${created} > job book_paid_pi`,
        `${created} > job book_paid_pi > moderator POST /api/v1/billing/subscriptions/paid_pi`,
        ...mailPaths,
      ].toSorted(),
    );
    expect(spans.filter(({ statusCode }) => statusCode === 2)).toEqual([]);
    expect(named(all, 'settle payment').attributes).toEqual({
      'topup.order': order.number,
      'topup.organization': '1003',
      'topup.correlationId': expect.any(String),
      'topup.outcome': 'settled',
    });
    expect(named(all, root).kind).toBe(2);
    expect(named(all, 'job book_paid_pi').kind).toBe(5);
    expect(named(all, 'mekari-pay POST /api/v1/invoices').kind).toBe(3);
  });

  test('begins with its request, also where the body comes later than the headers', async () => {
    const { token } = await app.client({ organization_id: '1003' });
    const input = { items: toItems('1003', { agent_extra: '1' }), idempotencyKey: 'body-comes-later' };
    const call = request(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, expect: '100-continue' },
    });
    call.flushHeaders();
    // The server has the request in hand.
    await once(call, 'continue');
    call.end(JSON.stringify({ query: print(CreateTopupOrderDocument), variables: { input } }));
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const { data } = (await json(answer)) as { data: ResultOf<typeof CreateTopupOrderDocument> };
    const all = await untilSpans(await traceOf({ id: data.createTopupOrder?.order?.id ?? '' }), [
      'create order',
      'graphql createTopupOrder',
    ]);
    expect(pathOf(named(all, PACKAGES), all)).toBe(`graphql createTopupOrder > create order > ${PACKAGES}`);
  });

  test('links the requests that have traces of their own: confirm and webhook', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '1' });
    const ofOrder = await untilSpans(await traceOf(order), ['confirm order', 'settle payment']);
    const linked = async (name: string) => {
      const { links } = named(ofOrder, name);
      expect(links).toHaveLength(1);
      // The request's own span ends, and is sent, after what it did.
      const [target] = await until(
        async () => collector.spans().filter((span) => span.spanId === links[0]?.spanId),
        ({ length }) => length > 0,
      );
      expect(target?.traceId).toBe(links[0]?.traceId);
      expect(target?.traceId).not.toBe(ofOrder[0]?.traceId);
      return target?.name;
    };
    expect(await linked('confirm order')).toBe('graphql confirmOrder');
    expect(await linked('settle payment')).toBe('POST /webhooks/mekari-pay');
    expect(ofOrder.filter(({ kind }) => kind === 5).flatMap(({ links }) => links)).toEqual([]);
  });

  test('goes on in check, cancel and poll', async () => {
    const buyer = await app.client({ organization_id: '1002' });
    const pending = async () => confirmOrder(buyer, await createOrder(buyer, '1002', { agent_extra: '1' }));
    const checked = await pending();
    await app.sandbox.mekariPay.pay(checked.number, { webhook: false });
    await buyer.query(CheckTopupPaymentDocument, { input: { orderId: checked.id } });
    const cancelled = await pending();
    await buyer.query(CancelTopupOrderDocument, { input: { orderId: cancelled.id } });
    const polled = await pending();
    await app.sandbox.mekariPay.pay(polled.number, { webhook: false });
    await app.reconcile();
    await untilStatus(buyer, polled.id, 'COMPLETED');

    const paths = async (order: { id: string }, name: string) => {
      const all = await untilSpans(await traceOf(order), [name, 'graphql createTopupOrder']);
      const under = `graphql createTopupOrder > create order > ${name}`;
      return all.map((span) => pathOf(span, all)).filter((path) => path.startsWith(`${under} >`) || path === under);
    };
    const asked = 'mekari-pay GET /api/v1/invoices/{id}';
    const root = 'graphql createTopupOrder > create order';
    const outcome = async (order: { id: string }, name: string) =>
      named(await untilSpans(await traceOf(order), [name]), name).attributes['topup.outcome'];
    expect([await outcome(checked, 'check payment'), await outcome(polled, 'poll payment')]).toEqual(['paid', 'paid']);
    expect(await outcome(cancelled, 'cancel order')).toBe('ok');
    expect((await paths(checked, 'check payment')).toSorted()).toEqual(
      ['', ` > ${asked}`, ' > settle payment'].map((rest) => `${root} > check payment${rest}`),
    );
    expect((await paths(cancelled, 'cancel order')).toSorted()).toEqual(
      ['', ` > ${asked}`, ' > mekari-pay POST /api/v1/invoices/{id}/void'].map(
        (rest) => `${root} > cancel order${rest}`,
      ),
    );
    expect((await paths(polled, 'poll payment')).toSorted()).toEqual(
      ['', ` > ${asked}`, ' > settle payment'].map((rest) => `${root} > poll payment${rest}`),
    );
  });

  test('is told to the neighbours, and named in the log', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '3' });
    const traceId = await traceOf(order);
    const spans = await untilSpans(traceId, ['job book_paid_pi']);
    const booked = app.sandbox.moderator
      .requests()
      .filter(({ body }) => (body as { order_number?: string }).order_number === order.number);
    const { spanId } = named(spans, 'moderator POST /api/v1/billing/subscriptions/paid_pi');
    expect(booked.map(({ headers }) => headers['traceparent'])).toEqual([`00-${traceId}-${spanId}-01`]);
    const events = app.logs
      .filter((line) => line['traceId'] === traceId)
      .map(({ event, operation }) => operation ?? event);
    expect(events).toEqual(expect.arrayContaining(['createTopupOrder', 'payment_event', 'job_done']));
    expect(events).not.toContain('confirmOrder');
  });

  test('shows a job that failed as failed, by what kind of failure and without its words', async () => {
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 503, times: 1 }]);
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '1' });
    const traceId = await traceOf(order);
    const runs = await until(
      async () => collector.spans().filter((span) => span.traceId === traceId && span.name === 'job book_paid_pi'),
      ({ length }) => length === 2,
    );
    expect(
      runs.map(({ statusCode, attributes }) => [statusCode, attributes['topup.attempt'], attributes['error.type']]),
    ).toEqual([
      [2, 1, 'unavailable'],
      [0, 2, undefined],
    ]);
  });
});

describe("a caller's trace", () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('is gone on with, through the gateway', async () => {
    const organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
    const gateway = await startGateway({
      subgraphs: { organizations: organizations.url, 'self-topup': `${app.url}/graphql` },
    });
    try {
      const buyer = createTestClient(gateway.url, await app.sandbox.auth.token());
      await buyer.send('{ topupOptions { code } }', {}, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
      const [span] = await until(
        async () =>
          collector.spans().filter(({ name, traceId }) => name === 'graphql topupOptions' && traceId === TRACE),
        ({ length }) => length > 0,
      );
      expect(span?.parentSpanId).toBe('00f067aa0ba902b7');
      expect(span?.attributes).toMatchObject({ 'topup.operation': 'topupOptions', 'topup.organization': '1001' });
    } finally {
      await gateway.stop();
      await organizations.stop();
    }
  });

  test('that is not sampled is not sent, and neither is what follows of its order', async () => {
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
    expect(await traceOf({ id })).toBe(unsampled);
    // A later one has come: what was to be sent of this one would be there.
    const later = await purchase(app, buyer, '1003', { agent_extra: '1' });
    await untilSpans(await traceOf(later), ['job book_paid_pi']);
    expect(collector.spans().filter(({ traceId }) => traceId === unsampled)).toEqual([]);
  });

  test.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    `ff-${TRACE}-00f067aa0ba902b7-01`,
  ])('that cannot be one (%j) is begun anew', async (traceparent) => {
    const correlationId = `begun-anew-${Math.random().toString(36).slice(2)}`;
    const headers = { traceparent, 'x-correlation-id': correlationId };
    const { errors } = await (await app.client()).send('{ excessUsages { code } }', {}, headers);
    expect(errors).toBeUndefined();
    const [span] = await until(
      async () => collector.spans().filter(({ attributes }) => attributes['topup.correlationId'] === correlationId),
      ({ length }) => length > 0,
    );
    expect(span).toMatchObject({ name: 'graphql excessUsages', parentSpanId: '' });
  });
});

/** How the answer to a request ended, by status and by error code. */
const ends = ({ name, attributes }: ExportedSpan) =>
  ['http.response.status_code', 'topup.outcome'].map((attribute) => `${name} ${attributes[attribute]}`);

test('health and metrics leave no trace; what is not there does, and every answer says how it ended', async () => {
  for (const path of ['/livez', '/readyz', '/metrics', '/nothing/here?token=canary-of-the-query']) {
    await (await fetch(`${app.url}${path}`)).text();
  }
  await fetch(`${app.url}/webhooks/mekari-pay`, { method: 'POST', body: '{}' });
  await (await app.client()).send('{ excessUsages(organizationId: "1004") { code } }');
  const spans = await until(
    async () => collector.spans(),
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

test('nothing that was sent holds a token, a secret, an address, a name, a body or a query string', async () => {
  const buyer = await app.client({ organization_id: '1004', sub: 'canary-of-the-subject' });
  const order = await purchase(app, buyer, '1004', { chatbot_ai_extra: '1' });
  await untilSpans(await traceOf(order), ['job send_order_mail', 'settle payment', 'graphql createTopupOrder']);
  const sent = collector.received;
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
