import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { refusals, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { balances } from '../../support/app/webhook.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';

const UNAVAILABLE = { code: 'PAYMENT_PROVIDER_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true };
const REFUSED = 'https://evil.test/pay?session=of-somebody';

let app: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  const env = { MEKARI_PAY_URL: pay.url, PAYMENT_URL_HOSTS: '127.0.0.1,checkout.mekari.test' };
  app = await startApp({ env });
  pay.setTarget(app.sandbox.mekariPay.url);
});

afterEach(() => pay.clear());
afterAll(async () => {
  await app.close();
  await pay.stop();
});

const sendBuyersTo = (url: string | null) =>
  pay.alterAnswers((body) => body.replace(/"payment_url":"[^"]*"/, () => `"payment_url":${JSON.stringify(url)}`));

async function draft(): Promise<{ id: string; client: TestClient; order: OrderFragment }> {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await createOrder(client, id, { agent_extra: '4' }) };
}

const stored = async ({ id }: OrderFragment) =>
  (await app.db.query('select status, payment_url, payment_invoice_id from topup_orders where id = $1', [id]))[0];

const mails = ({ number }: OrderFragment) =>
  app.sandbox.mail.messages().filter(({ subject }) => subject.includes(number));

describe('a pay URL that is unsafe for buyers', () => {
  test.each([
    REFUSED,
    'http://checkout.mekari.test/pay',
    'https://checkout.mekari.test@evil.test/pay',
    'https:\\\\evil.test/pay',
    'javascript:alert(1)',
    'http://127.0.0.1:1/pay',
    '',
    null,
  ])('%j is neither passed on nor stored; the order waits, and its one invoice is used later', async (url) => {
    const { client, order } = await draft();
    const key = randomUUID();
    sendBuyersTo(url);
    const confirmed = await tryConfirm(client, order, key);
    expect(refusals(confirmed)).toEqual([UNAVAILABLE]);
    expect(confirmed.order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });
    await app.reconcile();
    expect(refusals(await tryConfirm(client, order, key))).toEqual([UNAVAILABLE]);
    expect(await stored(order)).toEqual({ status: 'PENDING_PAYMENT', payment_url: null, payment_invoice_id: null });
    expect(mails(order)).toEqual([]);
    expect((await queuedJobs(app, order.id)).map(({ task }) => task)).toEqual(['issue_invoice']);

    pay.clear();
    await app.reconcile();
    const { paymentUrl } = await readOrder(client, order.id);
    const [invoice, ...others] = app.sandbox.mekariPay.invoices(order.number);
    expect(paymentUrl).toBe(`${pay.url}/pay/${invoice?.id}`);
    expect(others).toEqual([]);
    const mail = await app.sandbox.mail.waitFor(({ subject }) => subject.includes(order.number));
    expect(mail.text).toContain(paymentUrl);
  });

  test('appears in the log by its host alone', async () => {
    const { client, order } = await draft();
    sendBuyersTo('https://other.evil.test/pay?session=of-somebody');
    await tryConfirm(client, order);
    const lines = app.logs.filter(({ event }) => event === 'payment_url_refused');
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, host: 'other.evil.test' }));
    expect(JSON.stringify(app.logs)).not.toContain('of-somebody');
  });

  test('does not block a cancel', async () => {
    const { client, order } = await draft();
    sendBuyersTo(REFUSED);
    await tryConfirm(client, order);
    expect((await tryCancel(client, order.id)).order?.status).toBe('CANCELLED');
    expect(app.sandbox.mekariPay.invoices(order.number)).toMatchObject([{ status: 'void' }]);
  });

  test.each(['webhook', 'poll'])('does not block the credit of a payment by %s', async (how) => {
    const { id, client, order } = await draft();
    sendBuyersTo(REFUSED);
    await tryConfirm(client, order);
    await app.sandbox.mekariPay.pay(order.number, { webhook: how === 'webhook' });
    await app.reconcile();
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
  });
});

test('a pay URL of an allowed host is passed on unchanged', async () => {
  const { client, order } = await draft();
  const url = 'https://checkout.mekari.test/pay/1?x=%20y';
  sendBuyersTo(url);
  const confirmed = await tryConfirm(client, order);
  expect(confirmed).toMatchObject({ order: { paymentUrl: url }, userErrors: [] });
});

test('a provider that repeats nothing of the order sells, settles and voids all the same', async () => {
  const repeated = /"(external_id|amount|currency|paid_currency)":("[^"]*"|[\d.]+),?/g;
  pay.alterAnswers((body, { path }) => (path.endsWith('/void') ? '' : body.replace(repeated, '').replace(/,}/g, '}')));
  const [paid, cancelled] = [await draft(), await draft()];
  for (const { client, order } of [paid, cancelled]) {
    const confirmed = await tryConfirm(client, order);
    expect(refusals(confirmed)).toEqual([]);
    expect(confirmed.order?.paymentUrl).toContain(app.sandbox.mekariPay.invoice(order.number)?.id);
  }
  expect((await tryCancel(cancelled.client, cancelled.order.id)).order?.status).toBe('CANCELLED');
  await app.sandbox.mekariPay.pay(paid.order.number, { webhook: false });
  await app.reconcile();
  await untilStatus(paid.client, paid.order.id, 'COMPLETED');
  expect(await balances(app, paid.id)).toEqual({ agent_extra: '4' });
});
