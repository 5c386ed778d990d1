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
} from '../../generated/operations.ts';
import { confirmOrder, createOrder, purchase, toItems, until, untilStatus } from '../../support/app/purchase.ts';
import { pathOf } from '../../support/telemetry/collector.ts';
import { named, startTracedApp, type TracedApp } from '../../support/telemetry/traces.ts';

let app: TracedApp;

beforeAll(async () => {
  app = await startTracedApp();
});

afterAll(() => app?.close());

const PACKAGES = 'mekari-billing GET /api/v4/packages/{id}';
const ORGANIZATIONS = 'hub-core GET /api/v1/organizations';

describe('the trace of an order', () => {
  test('shows the whole purchase, from the mutation to the last mail', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '2' });
    const traceId = await app.traceOf(order);
    const spans = await app.untilSpans(traceId, [
      'job send_order_mail',
      'job book_paid_pi',
      'graphql createTopupOrder',
    ]);
    const mails = await until(
      async () =>
        app.collector.spans().filter((span) => span.traceId === traceId && span.name === 'job send_order_mail'),
      ({ length }) => length === 3,
    );
    const all = app.collector.spans().filter((span) => span.traceId === traceId);
    const root = 'graphql createTopupOrder';
    const created = `${root} > create order`;
    const mail = `${created} > job send_order_mail`;
    const under = ({ spanId }: { spanId: string }) => all.filter((span) => span.parentSpanId === spanId);
    // The first mail asks for payment; after an immediate payment it may be stale, and is then not sent.
    const sent = mails.filter((span) => under(span).length > 0);
    expect([2, 3]).toContain(sent.length);
    // A mail has a call to hub-core of its own, or was there during another one's call, which it shares.
    const calls = mails.flatMap(under).filter(({ name }) => name === ORGANIZATIONS);
    for (const { spanId, start, end } of sent)
      expect(calls.some((call) => call.parentSpanId === spanId || (start <= call.end && call.start <= end))).toBe(true);
    const mailPaths = [
      ...mails.map(() => mail),
      ...calls.map(() => `${mail} > ${ORGANIZATIONS}`),
      ...sent.map(() => `${mail} > mail SMTP send`),
    ];
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

  test('begins with its request, even when the body comes later than the headers', async () => {
    const { token } = await app.client({ organization_id: '1003' });
    const input = { items: toItems('1003', { agent_extra: '1' }), idempotencyKey: 'body-comes-later' };
    const call = request(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, expect: '100-continue' },
    });
    call.flushHeaders();
    // The server has started the request.
    await once(call, 'continue');
    call.end(JSON.stringify({ query: print(CreateTopupOrderDocument), variables: { input } }));
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const { data } = (await json(answer)) as { data: ResultOf<typeof CreateTopupOrderDocument> };
    const all = await app.untilSpans(await app.traceOf({ id: data.createTopupOrder?.order?.id ?? '' }), [
      'create order',
      'graphql createTopupOrder',
    ]);
    expect(pathOf(named(all, PACKAGES), all)).toBe(`graphql createTopupOrder > create order > ${PACKAGES}`);
  });

  test('links to the requests with traces of their own: confirm and webhook', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '1' });
    const ofOrder = await app.untilSpans(await app.traceOf(order), ['confirm order', 'settle payment']);
    const linked = async (name: string) => {
      const { links } = named(ofOrder, name);
      expect(links).toHaveLength(1);
      // The request's own span ends and is exported after its children.
      const [target] = await until(
        async () => app.collector.spans().filter((span) => span.spanId === links[0]?.spanId),
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

  test('continues in check, cancel and poll', async () => {
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
      const all = await app.untilSpans(await app.traceOf(order), [name, 'graphql createTopupOrder']);
      const under = `graphql createTopupOrder > create order > ${name}`;
      return all.map((span) => pathOf(span, all)).filter((path) => path.startsWith(`${under} >`) || path === under);
    };
    const asked = 'mekari-pay GET /api/v1/invoices/{id}';
    const root = 'graphql createTopupOrder > create order';
    const outcome = async (order: { id: string }, name: string) =>
      named(await app.untilSpans(await app.traceOf(order), [name]), name).attributes['topup.outcome'];
    expect([await outcome(checked, 'check payment'), await outcome(polled, 'poll payment')]).toEqual([
      'received',
      'received',
    ]);
    expect(await outcome(cancelled, 'cancel order')).toBe('ok');
    expect((await paths(checked, 'check payment')).toSorted()).toEqual(
      ['', ' > mekari-pay GET /api/v1/invoices', ` > ${asked}`].map((rest) => `${root} > check payment${rest}`),
    );
    expect((await paths(cancelled, 'cancel order')).toSorted()).toEqual(
      ['', ' > mekari-pay GET /api/v1/invoices', ` > ${asked}`, ' > mekari-pay POST /api/v1/invoices/{id}/void'].map(
        (rest) => `${root} > cancel order${rest}`,
      ),
    );
    expect((await paths(polled, 'poll payment')).toSorted()).toEqual(
      ['', ' > mekari-pay GET /api/v1/invoices', ` > ${asked}`].map((rest) => `${root} > poll payment${rest}`),
    );
  });

  test('reaches the neighbours and the log', async () => {
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '3' });
    const traceId = await app.traceOf(order);
    const spans = await app.untilSpans(traceId, ['job book_paid_pi']);
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

  test('shows a failed job as failed, with the kind of failure and without its message', async () => {
    app.sandbox.moderator.faults.set([{ kind: 'status', status: 503, times: 1 }]);
    const order = await purchase(app, await app.client({ organization_id: '1003' }), '1003', { agent_extra: '1' });
    const traceId = await app.traceOf(order);
    const runs = await until(
      async () => app.collector.spans().filter((span) => span.traceId === traceId && span.name === 'job book_paid_pi'),
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
