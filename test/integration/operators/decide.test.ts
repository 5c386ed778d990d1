import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { approvePayment, OperatorRefusal, refundOrder, reportOrder } from '../../../src/operators/index.ts';
import { openPayments } from '../../../src/payments/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  purchase,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'rina@finance', reason: 'The bank took its fee' };
const rupiah = (sum: number) => new Map([['IDR', String(sum)]]);
const approve = (number: string, decision: { received?: ReadonlyMap<string, string>; isDryRun?: boolean } = {}) =>
  approvePayment(decisionParts(app), number, { ...BY, ...decision });
const refund = (
  number: string,
  decision: { received?: ReadonlyMap<string, string>; isDryRun?: boolean; takeBack?: ReadonlyMap<string, bigint> } = {},
) =>
  refundOrder({ ...decisionParts(app), outstandingExcess: async () => 0n }, number, {
    takeBack: new Map(),
    ...BY,
    ...decision,
  });
const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );
const open = async (number: string) =>
  (await openPayments(app.database)).filter(({ orderNumber }) => orderNumber === number).map(({ outcome }) => outcome);

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id }) };
}

async function underReview(amount = 400_000) {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, order, { amount });
  return { id, client, order };
}

describe('the sum that the operator saw', () => {
  test('must be named for an order under review, and the refusal names it', async () => {
    const { client, order } = await underReview();
    const words = `Nothing was decided about ${order.number}: name the sum on which you decide. Rp400.000 was received so far: --received 400000.`;
    expect(await refusal(approve(order.number))).toBe(words);
    expect(await refusal(refund(order.number))).toBe(words);
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
  });

  test('is compared with what Mekari Pay answers now: a part that no webhook told is seen, and both figures are named', async () => {
    const { client, order } = await underReview();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 100_000, webhook: false });
    expect(await refusal(approve(order.number, { received: rupiah(400_000) }))).toBe(
      `Nothing was decided about ${order.number}: you saw Rp400.000, and Rp500.000 was received by now. If your decision stands, repeat it with --received 500000.`,
    );
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
    expect((await reportOrder(app.database, order.number)).money).toMatchObject({
      received: rupiah(500_000),
      outstanding: 500_000n,
    });
    expect(await approve(order.number, { received: rupiah(500_000) })).toMatchObject({
      writtenOff: 500_000n,
      toGiveBack: 0n,
    });
  });

  test('is no longer needed once the rest came in: the order is paid by it, and credited once', async () => {
    const { id, client, order } = await underReview();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 600_000, webhook: false });
    expect(await refusal(refund(order.number, { received: rupiah(400_000) }))).toMatch(
      /you saw Rp400\.000, and Rp1\.000\.000 was received by now/,
    );
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  });

  test('names each currency', async () => {
    const { id, client } = await buyer();
    const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
    await app.sandbox.mekariPay.payPart(order.number, { amount: 61.25, currency: 'USD' });
    await untilStatus(client, order.id, 'PAYMENT_REVIEW');
    expect(await refusal(refund(order.number, { received: rupiah(0) }))).toMatch(
      /you saw Rp0, and USD 61\.25 was received by now\. .* --received "USD 61\.25"\.$/,
    );
    const received = new Map([
      ['IDR', '0'],
      ['USD', '61.25'],
    ]);
    expect(await refund(order.number, { received })).toMatchObject({ toGiveBack: 0n, money: { received } });
  });
});

test('nothing is decided while Mekari Pay does not answer', async () => {
  const { client, order } = await underReview();
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503 }]);
  expect(await refusal(approve(order.number, { received: rupiah(400_000) }))).toMatch(
    /^Nothing was decided about TU-\S+, because the provider must first say what it received: .*503\. Try again later\.$/,
  );
  expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
});

test('an invoice that Mekari Pay has lost keeps nobody from deciding, on the sum that was known', async () => {
  const { order } = await underReview();
  await app.sandbox.reset();
  expect(await refund(order.number, { received: rupiah(400_000) })).toMatchObject({
    toGiveBack: 400_000n,
    unread: expect.stringMatching(/^mekari-pay does not know invoice inv_/),
  });
});

describe('a dry run', () => {
  test('says what an approval would do with what Mekari Pay answers now, and changes nothing', async () => {
    const { id, client, order } = await underReview();
    await app.sandbox.mekariPay.payPart(order.number, { amount: 100_000, webhook: false });
    const stored = async () => {
      const { timeline, money, inbox, entries } = await reportOrder(app.database, order.number);
      return { timeline, money, inbox, entries };
    };
    const before = await stored();
    expect(await approve(order.number, { isDryRun: true })).toMatchObject({
      order: { status: 'PAID' },
      money: { asked: 1_000_000n, received: rupiah(500_000) },
      writtenOff: 500_000n,
    });
    expect(await stored()).toEqual(before);
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
    expect(await balances(app, id)).toEqual({});
  });

  test('of a refund takes nothing back', async () => {
    const { id, client } = await buyer();
    const order = await purchase(app, client, id, { wa_balance: '1000000' });
    const takeBack = new Map([['wa_balance', 250_000n]]);
    expect(await refund(order.number, { isDryRun: true, takeBack })).toMatchObject({ toGiveBack: 250_000n });
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
    expect((await readOrder(client, order.id)).status).toBe('COMPLETED');
  });
});

describe('money that Mekari Pay gave back after the credit', () => {
  test.each(['refund', 'chargeback'] as const)(
    'after a %s the order is refunded with nothing taken back, which closes the exception',
    async (action) => {
      const { id, client } = await buyer();
      const order = await purchase(app, client, id, { wa_balance: '1000000' });
      await app.sandbox.mekariPay[action](order.number, {});
      await until(
        () => open(order.number),
        ({ length }) => length > 0,
      );
      expect(await open(order.number)).toEqual(['refunded']);
      expect(await refund(order.number)).toMatchObject({
        order: { status: 'REFUNDED' },
        amount: 0n,
        toGiveBack: 0n,
        writtenOff: 1_000_000n,
        closed: ['refunded'],
      });
      expect(await open(order.number)).toEqual([]);
      expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
      expect(
        (await audit(app.database, systemClock)).violations.filter(({ subject }) => subject === order.number),
      ).toEqual([]);
    },
  );

  test('counts towards the price of the units that are taken back', async () => {
    const { id, client } = await buyer();
    const order = await purchase(app, client, id, { wa_balance: '1000000' });
    await app.sandbox.mekariPay.refund(order.number, { amount: 300_000, webhook: false });
    expect(await refund(order.number, { takeBack: new Map([['wa_balance', 500_000n]]) })).toMatchObject({
      amount: 500_000n,
      toGiveBack: 200_000n,
      writtenOff: 0n,
      closed: ['refunded'],
    });
    expect(await balances(app, id)).toEqual({ wa_balance: '500000' });
  });
});

test('an order that was approved on too little gives back no more than came in', async () => {
  const { client, order } = await underReview(5);
  expect(await approve(order.number, { received: rupiah(5) })).toMatchObject({ writtenOff: 999_995n });
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await refund(order.number, { takeBack: new Map([['wa_balance', 1_000_000n]]) })).toMatchObject({
    amount: 1_000_000n,
    toGiveBack: 5n,
    writtenOff: 0n,
  });
});
