import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { codes, refusals, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { createOrder, readOrder, until } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ env: { UPSTREAM_TIMEOUT_MS: '2000' } });
  admin = await app.client({ organization_id: '1001' });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const UNAVAILABLE = { code: 'PAYMENT_PROVIDER_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true };
const draftOrder = () => createOrder(admin, '1001', { wa_balance: '1000000' });
const link = (id: string) =>
  until(
    () => readOrder(admin, id),
    ({ paymentUrl }) => paymentUrl !== null,
  );

describe('while Mekari Pay is down', () => {
  test('the order is confirmed without a link, and the repeat with the same key brings it', async () => {
    const draft = await draftOrder();
    const key = randomUUID();
    await app.sandbox.mekariPay.refuse();
    const confirmed = await tryConfirm(admin, draft, key);
    expect(refusals(confirmed)).toEqual([UNAVAILABLE]);
    expect(confirmed.order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });
    expect(refusals(await tryConfirm(admin, draft, key))).toEqual([UNAVAILABLE]);

    await app.sandbox.mekariPay.accept();
    const repeated = await tryConfirm(admin, draft, key);
    const [invoice, ...others] = app.sandbox.mekariPay.invoices(draft.number);
    expect(repeated).toMatchObject({ order: { paymentUrl: invoice?.payment_url }, userErrors: [] });
    expect(others).toEqual([]);
  });

  test('the job adds the link', async () => {
    const draft = await draftOrder();
    await app.sandbox.mekariPay.refuse();
    await tryConfirm(admin, draft);
    await app.sandbox.mekariPay.accept();
    const [job] = await queuedJobs(app, draft.id);
    expect(job?.task).toBe('issue_invoice');
    await retryJobs(app.database, [job?.id ?? '']);
    const { paymentUrl } = await link(draft.id);
    expect(app.sandbox.mekariPay.invoices(draft.number)).toMatchObject([{ payment_url: paymentUrl }]);
  });

  test('the poll adds the link and sends its e-mail', async () => {
    const draft = await draftOrder();
    await app.sandbox.mekariPay.refuse();
    await tryConfirm(admin, draft);
    await app.reconcile();
    expect((await readOrder(admin, draft.id)).paymentUrl).toBeNull();
    await app.sandbox.mekariPay.accept();
    await app.reconcile();
    const { paymentUrl } = await readOrder(admin, draft.id);
    expect(paymentUrl).not.toBeNull();
    const mail = await app.sandbox.mail.waitFor(({ subject }) => subject.includes(draft.number));
    expect(mail.text).toContain(paymentUrl);
  });
});

describe('an order never has two invoices', () => {
  test.each(['drop-answer', 'truncated-json'] as const)(
    'after the answer to its creation is lost (%s)',
    async (kind) => {
      const draft = await draftOrder();
      const key = randomUUID();
      app.sandbox.mekariPay.faults.set([{ kind, match: { method: 'POST' }, times: 1 }]);
      const confirmed = await tryConfirm(admin, draft, key);
      expect(codes(confirmed)).toEqual(['PAYMENT_PROVIDER_UNAVAILABLE']);
      const [invoice] = app.sandbox.mekariPay.invoices(draft.number);
      expect(invoice?.status).toBe('pending');

      expect((await tryConfirm(admin, draft, key)).order?.paymentUrl).toBe(invoice?.payment_url);
      expect(app.sandbox.mekariPay.invoices(draft.number)).toHaveLength(1);
    },
  );

  test('when Mekari Pay is slower than our time limit', async () => {
    const draft = await draftOrder();
    const key = randomUUID();
    app.sandbox.mekariPay.faults.set([{ kind: 'latency', latencyMs: 2500, match: { method: 'POST' }, times: 1 }]);
    expect(refusals(await tryConfirm(admin, draft, key))).toEqual([UNAVAILABLE]);
    const answers = await Promise.all([tryConfirm(admin, draft, key), app.reconcile(), tryConfirm(admin, draft, key)]);
    const [first, , second] = answers;
    const [invoice, ...others] = await until(
      async () => app.sandbox.mekariPay.invoices(draft.number),
      (invoices) => invoices.length > 0,
    );
    expect([first.order?.paymentUrl, second.order?.paymentUrl]).toEqual([invoice?.payment_url, invoice?.payment_url]);
    expect(others).toEqual([]);
  });

  test('when confirms with different keys come at once: one wins, the others are refused', async () => {
    const draft = await draftOrder();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => tryConfirm(admin, draft)));
    expect(outcomes.flatMap(codes)).toEqual(Array(7).fill('INVALID_TRANSITION'));
    expect(app.sandbox.mekariPay.invoices(draft.number)).toHaveLength(1);
  });
});

test('an order whose invoice we may not make says that a retry does not help, and awaits our settings', async () => {
  const draft = await draftOrder();
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 403, match: { method: 'POST' } }]);
  const confirmed = await tryConfirm(admin, draft);
  expect(refusals(confirmed)).toEqual([{ ...UNAVAILABLE, retryable: false }]);
  expect(confirmed.order?.status).toBe('PENDING_PAYMENT');
});

describe('idempotency', () => {
  test('a repeat answers the same order and the same link, without another call to create', async () => {
    const draft = await draftOrder();
    const key = randomUUID();
    const first = await tryConfirm(admin, draft, key);
    app.sandbox.mekariPay.clearRequests();
    expect(await tryConfirm(admin, draft, key)).toEqual(first);
    expect(app.sandbox.mekariPay.requestCount({ method: 'POST' })).toBe(0);
  });

  test('the same key for another order or another total is a conflict', async () => {
    const [draft, other] = [await draftOrder(), await draftOrder()];
    const key = randomUUID();
    await tryConfirm(admin, draft, key);
    const conflict = {
      code: 'IDEMPOTENCY_CONFLICT',
      field: ['input', 'idempotencyKey'],
      suggestedQuantity: null,
      retryable: false,
    };
    expect(refusals(await tryConfirm(admin, other, key))).toEqual([conflict]);
    const total = { amount: '1', currencyCode: 'IDR' } as const;
    expect(refusals(await tryConfirm(admin, { id: draft.id, total }, key))).toEqual([conflict]);
    expect((await readOrder(admin, other.id)).status).toBe('DRAFT');
  });

  test('a key that created an order may confirm it: the two operations do not share keys', async () => {
    const key = randomUUID();
    const { order } = await tryCreate(admin, '1001', { agent_extra: '1' }, key);
    if (order === null) throw new Error('refused');
    expect((await tryConfirm(admin, order, key)).order?.status).toBe('PENDING_PAYMENT');
  });
});
