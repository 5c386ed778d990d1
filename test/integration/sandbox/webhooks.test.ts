import { expect } from 'vitest';
import { newInvoice } from './invoice-body.ts';
import { SECRET, test } from './linked-sandbox.ts';
import { receiveWebhooks } from './webhook-receiver.ts';

const OTHER_SECRET = `whsec_${Buffer.from('another secret of the test!!').toString('base64')}`;

test('paying sends a signed event that the package verifies', async ({ linked: sandbox, receiver }) => {
  const invoice = await newInvoice(sandbox);
  const { status, delivery } = await sandbox.mekariPay.pay('TOP-1');
  expect([status, delivery.state]).toEqual([204, 'delivered']);
  expect(receiver.events).toEqual([
    {
      id: delivery.id,
      type: 'invoice.paid',
      data: {
        invoice_id: invoice.id,
        external_id: 'TOP-1',
        amount: 1_300_000,
        currency: 'IDR',
        paid_at: expect.stringMatching(/Z$/),
        payment_method: 'va_bni',
      },
      body: delivery.body,
    },
  ]);
});

test('an answer other than 2xx causes a retry under the same id until one succeeds', async ({
  linked: sandbox,
  receiver,
}) => {
  receiver.answers.push(500, 503);
  await newInvoice(sandbox);
  const { status } = await sandbox.mekariPay.pay('TOP-1');
  expect(status).toBe(500);
  const delivery = await sandbox.mekariPay.waitForDelivery(({ state }) => state === 'delivered');
  expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([500, 503, 204]);
  expect(new Set(receiver.events.map(({ id }) => id))).toEqual(new Set([delivery.id]));
});

test('the last retry gives up; a resend delivers it after all', async ({ linked: sandbox, receiver }) => {
  receiver.answers.push(500, 500, 500);
  await newInvoice(sandbox);
  await sandbox.mekariPay.pay('TOP-1');
  const delivery = await sandbox.mekariPay.waitForDelivery(({ state }) => state === 'given-up');
  expect(delivery.attempts).toHaveLength(3);
  const { statuses } = await sandbox.mekariPay.resend('TOP-1', { times: 20, concurrency: 5 });
  expect(statuses).toEqual(Array(20).fill(204));
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
  expect(sandbox.mekariPay.deliveries('TOP-1')).toMatchObject([{ state: 'delivered' }]);
});

test('a URL that is set later is found by the retry', async ({ start, receiver }) => {
  const sandbox = await start({ webhookSecrets: [SECRET], webhookRetryDelaysMs: Array(10_000).fill(1) });
  await newInvoice(sandbox);
  const { status, delivery } = await sandbox.mekariPay.pay('TOP-1');
  expect([status, delivery.attempts[0]?.error]).toEqual([null, 'no webhook URL is set']);
  sandbox.mekariPay.setWebhookUrl(receiver.url);
  await sandbox.mekariPay.waitForDelivery(({ state }) => state === 'delivered');
  expect(receiver.events).toHaveLength(1);
});

test('failed and expired events are sent; after paid they change nothing', async ({ linked: sandbox, receiver }) => {
  const { id } = await newInvoice(sandbox);
  await sandbox.mekariPay.fail(id);
  expect(sandbox.mekariPay.invoice(id)?.status).toBe('pending');
  await sandbox.mekariPay.expire(id);
  expect(sandbox.mekariPay.invoice(id)?.status).toBe('expired');
  await sandbox.mekariPay.payLate(id);
  await sandbox.mekariPay.expire(id);
  expect(sandbox.mekariPay.invoice(id)?.status).toBe('paid');
  expect(receiver.events.map(({ type }) => type)).toEqual([
    'invoice.failed',
    'invoice.expired',
    'invoice.paid',
    'invoice.expired',
  ]);
  expect(receiver.events[1]?.data).toMatchObject({ amount: 1_300_000, paid_at: null, payment_method: null });
});

test('a resend goes to several replicas in turn', async ({ linked: sandbox, receiver }) => {
  const replica = await receiveWebhooks(SECRET);
  try {
    await newInvoice(sandbox);
    await sandbox.mekariPay.pay('TOP-1', { webhook: false });
    await sandbox.mekariPay.resend('TOP-1', { times: 10, concurrency: 10, urls: [receiver.url, replica.url] });
    expect([receiver.events.length, replica.events.length]).toEqual([5, 5]);
    expect(new Set([...receiver.events, ...replica.events].map(({ id }) => id)).size).toBe(1);
  } finally {
    await replica.stop();
  }
});

test('raw events can be forged, stale, or signed with a rotated secret', async ({ linked: sandbox, receiver }) => {
  const body = { type: 'invoice.paid', data: {} };
  const send = async (event: object) => (await sandbox.mekariPay.sendRaw({ body, ...event })).status;
  expect(await send({ id: 'msg_mine' })).toBe(204);
  expect(receiver.events[0]?.id).toBe('msg_mine');
  expect(await send({ secret: OTHER_SECRET })).toBe(401);
  expect(await send({ timestamp: Math.floor(Date.now() / 1000) - 301 })).toBe(401);
  expect(await send({ headers: { 'webhook-signature': undefined } })).toBe(401);
  sandbox.mekariPay.setWebhookSecrets([OTHER_SECRET, SECRET]);
  expect(await send({})).toBe(204);
  sandbox.mekariPay.setWebhookSecrets([OTHER_SECRET]);
  expect(await send({})).toBe(401);
});

test('the action reports a missing listener, and a stop leaves no retry', async ({ start }) => {
  const sandbox = await start({ webhookUrl: 'http://127.0.0.1:1/webhooks/mekari-pay' });
  await newInvoice(sandbox);
  const { status, delivery } = await sandbox.mekariPay.pay('TOP-1');
  expect([status, delivery.state]).toEqual([null, 'under-way']);
  expect(delivery.attempts[0]?.error).toMatch(/ECONNREFUSED/);
});
