import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ORDER_IN_EVENTS, orderAsShown } from '../../../src/app/order-as-shown.ts';
import {
  DeliverEvents,
  disable,
  enable,
  listSubscriptions,
  replay,
  rotate,
  type Subscribing,
  subscribe,
} from '../../../src/event-delivery/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCheck } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { readAs } from '../../support/database/read-as.ts';
import { type EventReceiver, startEventReceiver } from '../../support/http/event-receiver.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR = 3600;
const time = movableClock();
let app: TestApp;
let receiver: EventReceiver;
let events: DeliverEvents;
const outcomes: string[] = [];

beforeAll(async () => {
  receiver = await startEventReceiver();
  app = await startApp({ withoutBackground: true, env: { EVENT_INTERNAL_HOSTS: '127.0.0.1' } });
  const { database, log, neighbours } = app;
  events = new DeliverEvents({
    database,
    sender: neighbours.webhookSender,
    shownOrder: orderAsShown({ schema: app.subgraph.schema, database, log }),
    clock: time.clock,
    log,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
});
afterEach(async () => {
  // A subscription of one test gets nothing of the next.
  await app.db.query(
    `update event_subscriptions set is_enabled = false, disabled_at = now(), disabled_cause = 'OPERATOR' where is_enabled`,
  );
  receiver.forget();
  outcomes.length = 0;
  time.toPresent();
});
afterAll(async () => {
  await app.close();
  await receiver.stop();
});

const organization = () => addOrganization(app.sandbox, '1001');
const clientOf = (id: string) => app.client({ organization_id: id });
const subscribed = (wanted: Partial<Subscribing> & Pick<Subscribing, 'organizationId'>) =>
  subscribe(app.database, systemClock, { url: `${receiver.url}/hooks`, types: [], ...wanted });

/** An order that is created, confirmed and paid: three steps. */
async function paidOrder(organizationId: string) {
  const client = await clientOf(organizationId);
  const order = await confirmOrder(client, await createOrder(client, organizationId, { muv: '500' }));
  await app.sandbox.mekariPay.pay(order.number);
  return untilStatus(client, order.id, 'PAID');
}

const sent = (list: EventReceiver['received']) => list.map(({ type, data }) => `${type} ${data.sequence}`);
const PAID = ['topup_order.created 1', 'topup_order.confirmed 2', 'topup_order.paid 3'];
const stateOf = async (id: string) => (await listSubscriptions(app.database)).find((each) => each.id === id);

test('the steps of an order are sent in their order, signed, with the order as the graph shows it', async () => {
  const organizationId = organization();
  const { id, secret } = await subscribed({ organizationId });
  const order = await paidOrder(organizationId);
  await paidOrder(organization());
  await events.run();

  expect(sent(receiver.received)).toEqual(PAID);
  expect(new Set(receiver.received.map((event) => event.id)).size).toBe(3);
  const shown = await (await clientOf(organizationId)).query(ORDER_IN_EVENTS, { id: order.id });
  const timeline = shown.topupOrder.timeline as { at: string }[];
  for (const [index, event] of receiver.received.entries()) {
    const headers = event.headers as Record<string, string>;
    expect(new Webhook(secret).verify(event.body, headers)).toEqual({
      type: event.type,
      timestamp: timeline[index]?.at,
      data: { ...shown.topupOrder, sequence: index + 1 },
    });
    expect(event.id).toMatch(/^evt_[0-9a-f-]{36}$/);
    expect(headers['content-type']).toBe('application/json');
    expect(() => new Webhook(secret).verify(event.body.replace('500', '501'), headers)).toThrow('signature');
  }
  expect(await stateOf(id)).toMatchObject({ isEnabled: true, waiting: 0, givenUp: 0, failingSince: null });

  await events.run();
  expect(receiver.received).toHaveLength(3);
});

test('a subscription gets the types that it names; one to all organizations gets the orders of each', async () => {
  const [one, other] = [organization(), organization()];
  await subscribed({ organizationId: one, types: ['topup_order.paid'], url: `${receiver.url}/one` });
  await subscribed({ organizationId: null, types: ['topup_order.created'], url: `${receiver.url}/all` });
  const orders = [await paidOrder(one), await paidOrder(other)];
  await events.run();

  const at = (path: string) => receiver.received.filter((event) => event.path === path);
  expect(sent(at('/one'))).toEqual(['topup_order.paid 3']);
  expect(new Set(at('/all').map(({ data }) => data.number))).toEqual(new Set(orders.map(({ number }) => number)));
  expect(new Set(sent(at('/all')))).toEqual(new Set(['topup_order.created 1']));
});

test('each payment that moves nothing is an event, once, and one that moves the order is none', async () => {
  const organizationId = organization();
  await subscribed({ organizationId, types: ['topup_order.payment_received'] });
  const client = await clientOf(organizationId);
  const order = await confirmOrder(client, await createOrder(client, organizationId, { muv: '500' }));
  for (const amount of [100_000, 50_000, 25_000]) {
    await app.sandbox.mekariPay.payPart(order.number, { amount, webhook: false });
    await tryCheck(client, order.id);
    await tryCheck(client, order.id);
  }
  await app.sandbox.mekariPay.payRest(order.number, { webhook: false });
  await tryCheck(client, order.id);
  await events.run();
  expect(sent(receiver.received)).toEqual(['topup_order.payment_received 4', 'topup_order.payment_received 5']);
});

test('without a subscription nothing is noted', async () => {
  const order = await paidOrder(organization());
  expect(await app.db.query('select 1 from event_deliveries where order_id = $1', [order.id])).toEqual([]);
});

test('a refused step holds up the later ones of its order, and no other order', async () => {
  const organizationId = organization();
  const { id } = await subscribed({ organizationId });
  const [held, free] = [await paidOrder(organizationId), await paidOrder(organizationId)];
  receiver.answerWith(({ data }) => (data.number === held.number && data.sequence === 2 ? 503 : 204));
  await events.run();
  const ofOrder = (number: string) => receiver.received.filter(({ data }) => data.number === number);
  expect(sent(ofOrder(free.number))).toEqual(PAID);
  expect(sent(ofOrder(held.number))).toEqual(PAID.slice(0, 2));
  expect(await stateOf(id)).toMatchObject({ waiting: 1, retrying: 1 });

  receiver.answerWith();
  await events.run();
  expect(ofOrder(held.number)).toHaveLength(2);
  time.advance(10);
  await events.run();
  expect(sent(ofOrder(held.number))).toEqual([...PAID.slice(0, 2), ...PAID.slice(1)]);
  const [, first, again] = ofOrder(held.number);
  expect(again?.id).toBe(first?.id);
  expect(await stateOf(id)).toMatchObject({ waiting: 0, retrying: 0, failingSince: null });
});

test('a step that is refused ten times over three days is given up, loudly, and the next one is sent', async () => {
  const organizationId = organization();
  const { id } = await subscribed({ organizationId });
  const poisoned = await paidOrder(organizationId);
  receiver.answerWith(({ data }) => (data.number === poisoned.number && data.sequence === 1 ? 422 : 204));
  const waits = [0, 6, 360, 2160, 2.4 * HOUR, 6 * HOUR, 12 * HOUR, 16.8 * HOUR, 24 * HOUR, 28.8 * HOUR];
  for (const wait of waits) {
    time.advance(wait);
    // Others are accepted meanwhile, so that the subscription is not disabled.
    await paidOrder(organizationId);
    await events.run();
  }
  const ofPoisoned = receiver.received.filter(({ data }) => data.number === poisoned.number);
  expect(sent(ofPoisoned)).toEqual([...Array(10).fill(PAID[0]), ...PAID.slice(1)]);
  expect(outcomes.filter((outcome) => outcome === 'given_up')).toHaveLength(1);
  expect(app.logs).toContainEqual(
    expect.objectContaining({ event: 'event_given_up', level: 50, orderId: poisoned.id, sequence: 1 }),
  );
  expect(await stateOf(id)).toMatchObject({ isEnabled: true, waiting: 0, givenUp: 1 });

  receiver.answerWith();
  expect(await replay(app.database, time.clock, id, { order: poisoned.number })).toBe(1);
  await events.run();
  expect(sent(receiver.accepted.filter(({ data }) => data.number === poisoned.number)).slice(-3)).toEqual(PAID);
  expect(await stateOf(id)).toMatchObject({ givenUp: 0 });
});

test('a receiver that fails for three days is disabled, loudly and listed; enabled again, it gets what waited', async () => {
  const organizationId = organization();
  const { id } = await subscribed({ organizationId });
  await paidOrder(organizationId);
  receiver.answerWith(() => 500);
  for (let hours = 0; hours <= 80; hours += 4) {
    await events.run();
    time.advance(4 * HOUR);
  }
  expect(await stateOf(id)).toMatchObject({
    isEnabled: false,
    disabledCause: 'FAILED',
    disabledReason: 'it answered 500',
    waiting: 1,
  });
  expect(outcomes).toContain('disabled');
  expect(outcomes).not.toContain('given_up');
  expect(app.logs).toContainEqual(
    expect.objectContaining({ event: 'event_subscription_disabled', level: 50, subscription: id, cause: 'FAILED' }),
  );
  const before = receiver.received.length;
  await events.run();
  expect(receiver.received).toHaveLength(before);
  // Nothing is noted for a disabled subscription.
  const missed = await paidOrder(organizationId);

  receiver.answerWith();
  const since = await enable(app.database, time.clock, id);
  await events.run();
  expect(sent(receiver.accepted)).toEqual(PAID);
  expect(since.getTime()).toBeGreaterThan(Date.now());
  await replay(app.database, time.clock, id, { order: missed.number });
  await events.run();
  expect(sent(receiver.accepted)).toEqual([...PAID, ...PAID]);
});

test('410 disables at once', async () => {
  const organizationId = organization();
  const { id } = await subscribed({ organizationId });
  await paidOrder(organizationId);
  receiver.answerWith(() => 410);
  await events.run();
  expect(receiver.received).toHaveLength(1);
  expect(await stateOf(id)).toMatchObject({ isEnabled: false, disabledCause: 'GONE' });
});

describe('replay', () => {
  test('sends the steps since a time again, with their ids, to one subscription alone', async () => {
    const organizationId = organization();
    const { id } = await subscribed({ organizationId, url: `${receiver.url}/again` });
    await subscribed({ organizationId, url: `${receiver.url}/once` });
    await paidOrder(organizationId);
    const between = new Date();
    await paidOrder(organizationId);
    await events.run();
    expect(await replay(app.database, systemClock, id, { since: between })).toBe(1);
    await events.run();

    const at = (path: string) => receiver.received.filter((event) => event.path === path);
    expect(at('/once')).toHaveLength(6);
    expect(sent(at('/again'))).toHaveLength(9);
    expect(
      at('/again')
        .slice(6)
        .map((event) => event.id),
    ).toEqual(
      at('/again')
        .slice(0, 6)
        .filter(({ timestamp }) => new Date(timestamp) >= between)
        .map((event) => event.id),
    );
  });

  test('is refused for an order that the subscription does not see, and while it is disabled', async () => {
    const { id } = await subscribed({ organizationId: organization() });
    const { number } = await paidOrder(organization());
    await expect(replay(app.database, systemClock, id, { order: number })).rejects.toThrow('sees no order');
    await disable(app.database, systemClock, id, 'moved');
    await expect(replay(app.database, systemClock, id, { order: number })).rejects.toThrow('enable it first');
  });
});

describe('a receiver', () => {
  test('that redirects, hangs up or answers without an end gets no second address and holds up nobody', async () => {
    const organizationId = organization();
    const { id } = await subscribed({ organizationId });
    await paidOrder(organizationId);
    receiver.answerWith(() => (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end());
    await events.run();
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hooks']);
    expect(await stateOf(id)).toMatchObject({ lastError: 'it answered 307' });

    receiver.answerWith(() => (response) => response.destroy());
    time.advance(10);
    await events.run();
    expect(await stateOf(id)).toMatchObject({ lastError: 'ECONNRESET' });

    // Its status counts; the text is cut off.
    receiver.answerWith(() => (response) => {
      response.writeHead(200);
      const more = () => response.write('x'.repeat(16_384), () => !response.destroyed && setImmediate(more));
      more();
    });
    time.advance(HOUR);
    await events.run();
    expect(await stateOf(id)).toMatchObject({ waiting: 0, lastError: null });
  });

  test('that keeps silent holds up no stop, and the step that was cut off counts as no failure', async () => {
    const organizationId = organization();
    const { id } = await subscribed({ organizationId });
    await paidOrder(organizationId);
    const stopping = new AbortController();
    receiver.answerWith(() => () => stopping.abort());
    await events.run(stopping.signal);
    expect(receiver.received).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ waiting: 1, retrying: 0, failingSince: null });

    receiver.answerWith();
    await events.run();
    expect(sent(receiver.received)).toEqual([PAID[0], ...PAID]);
  });

  test('at a private address gets nothing, by whatever name', async () => {
    const organizationId = organization();
    const port = new URL(receiver.url).port;
    const urls = [`https://localhost:${port}`, `https://[::ffff:127.0.0.1]:${port}`, `https://10.0.0.1`, receiver.url];
    // As if the setting had named the hosts when the subscriptions were made.
    const strict = await startApp({ withoutBackground: true, shared: app });
    const ids = await Promise.all(urls.map(async (url) => (await subscribed({ organizationId, url })).id));
    try {
      await paidOrder(organizationId);
      await strict.deliverEvents.run();
    } finally {
      await strict.close();
    }
    expect(receiver.received).toEqual([]);
    const private_ = 'its address is not a public one';
    expect(await Promise.all(ids.map(async (id) => (await stateOf(id))?.lastError))).toEqual([
      private_,
      private_,
      private_,
      'it is not an https URL',
    ]);
  });
});

test('after a rotation both secrets sign for a day, then the new one alone; at once ends the old one now', async () => {
  const organizationId = organization();
  const { id, secret: first } = await subscribed({ organizationId });
  const day = () => time.clock.now().getTime() + 24 * HOUR * 1000;
  const from = day();
  const { secret: second, previousUntil } = await rotate(app.database, time.clock, id, false);
  expect(previousUntil?.getTime()).toBeGreaterThanOrEqual(from);
  expect(previousUntil?.getTime()).toBeLessThanOrEqual(day());
  const client = await clientOf(organizationId);
  const sendOne = async () => {
    await createOrder(client, organizationId, { muv: '500' });
    receiver.forget();
    await events.run();
    const [event] = receiver.received;
    const headers = event?.headers as Record<string, string>;
    const accepts = (secret: string) => {
      try {
        return Boolean(new Webhook(secret).verify(event?.body ?? '', headers));
      } catch {
        return false;
      }
    };
    return { accepts, signatures: headers['webhook-signature']?.split(' ').length };
  };
  const both = await sendOne();
  expect([first, second].map(both.accepts)).toEqual([true, true]);
  await expect(rotate(app.database, time.clock, id, false)).rejects.toThrow(/^The secret before this one signs until /);
  time.advance(24 * HOUR);
  expect((await sendOne()).signatures).toBe(1);
  const { secret: third } = await rotate(app.database, time.clock, id, false);
  const { secret: fourth } = await rotate(app.database, time.clock, id, true);
  time.toPresent();
  const alone = await sendOne();
  expect([first, second, third, fourth].map(alone.accepts)).toEqual([false, false, false, true]);
});

test('the callers’ login reads neither subscriptions nor secrets', async () => {
  const caller = { subject: 'u', organizationId: '1001', scopes: new Set(['topup:support']) };
  const request = { caller } as unknown as RequestContext;
  for (const table of ['event_subscriptions', 'event_deliveries'])
    await expect(readAs(app.callers, request, `select * from ${table}`)).rejects.toThrow('permission denied');
});
