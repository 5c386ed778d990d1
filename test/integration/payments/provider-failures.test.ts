import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { refusals, tryConfirm } from '../../support/app/mutations.ts';
import { createOrder, readOrder, until } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { mend, NEIGHBOUR_FAULTS } from '../../support/neighbours/neighbour-faults.ts';

const UNAVAILABLE = { code: 'PAYMENT_PROVIDER_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true };

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true, env: { UPSTREAM_TIMEOUT_MS: '2000' } });
  admin = await app.client({ organization_id: '1001' });
});
afterAll(() => app.close());

/** Runs the background until there is a link: a silent neighbour gets no call for a moment. */
const untilLink = (id: string) =>
  until(
    async () => {
      await app.reconcile();
      return readOrder(admin, id);
    },
    ({ paymentUrl }) => paymentUrl !== null,
  );

/**
 * The fault applies to every call, or to the creation alone: then the look-up found no invoice, and one may have been
 * made.
 */
const CALLS = { 'every call': undefined, 'the creation': { method: 'POST' } };

test.each(
  Object.entries(NEIGHBOUR_FAULTS).flatMap(([fault, fail]) =>
    Object.entries(CALLS).map(([calls, match]) => ({ fault, calls, fail, match })),
  ),
)('Mekari Pay $fault to $calls: the order is confirmed without a link, and gets its one invoice', async (given) => {
  const { mekariPay } = app.sandbox;
  const order = await createOrder(admin, '1001', { agent_extra: '1' });
  const key = randomUUID();
  await given.fail(mekariPay, given.match);
  const confirmed = await tryConfirm(admin, order, key);
  expect(refusals(confirmed)).toEqual([UNAVAILABLE]);
  expect(confirmed.order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: null });
  const { path: elsewhere } = mekariPay.requests().find(({ path }) => !path.startsWith('/api/v1/invoices')) ?? {};
  expect(elsewhere).toBeUndefined();

  await mend(mekariPay);
  const { paymentUrl, status } = await untilLink(order.id);
  expect(status).toBe('PENDING_PAYMENT');
  expect(mekariPay.invoices(order.number)).toMatchObject([{ payment_url: paymentUrl, status: 'pending' }]);
  expect((await tryConfirm(admin, order, key)).order?.paymentUrl).toBe(paymentUrl);
  expect(mekariPay.invoices(order.number)).toHaveLength(1);
});
