import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { jakartaDate } from '../../../src/kernel/jakarta.ts';
import {
  type GiveBackRequest,
  listExceptions,
  OperatorRefusal,
  recordGiveBack,
  refundOrder,
  reportOrder,
} from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { alerts } from '../../support/app/webhook.ts';

/** Money that goes back: recorded by an operator, or shown by Mekari Pay (domain.md 8.1). */

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'rina@finance', reason: 'Given back at Mekari Pay' };
const TODAY = jakartaDate(new Date());
const rupiah = (sum: number) => new Map([['IDR', String(sum)]]);
const record = (number: string, amount: number, reference: string, request: Partial<GiveBackRequest> = {}) =>
  recordGiveBack(decisionParts(app), number, {
    ...BY,
    sum: { amount: String(amount), currency: 'IDR' },
    reference,
    channel: 'PROVIDER',
    ...request,
  });
const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );
/** The open exceptions of an order, with the rupiah that still have to go back. */
const open = async (number: string) =>
  (await listExceptions(app.database))
    .filter(({ orderNumber }) => orderNumber === number)
    .map(({ outcome, stillToGiveBack }) => `${outcome} ${stillToGiveBack}`);
/** The reset of the sandbox starts its PI numbers again, so two orders of this file may have one. */
const violations = async () =>
  (await audit(app.database, systemClock)).violations.filter(({ check }) => check !== 'paid_invoice_of_one_order');

async function paid(fee = 0) {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  if (fee === 0) await app.sandbox.mekariPay.pay(order.number);
  else await app.sandbox.mekariPay.payFee(order.number, { fee });
  await untilStatus(client, order.id, 'COMPLETED');
  return { client, order };
}

const refund = (number: string, units: bigint) =>
  refundOrder({ ...decisionParts(app), outstandingExcess: async () => 0n }, number, {
    ...BY,
    received: rupiah(1_000_000),
    takeBack: new Map([['wa_balance', units]]),
  });

describe('a record', () => {
  test('of a part leaves the rest to be given back; that of the rest closes the exception', async () => {
    const { order } = await paid(4000);
    expect(await open(order.number)).toEqual(['surplus 4000']);
    expect((await record(order.number, 1500, 'MP-1', { givenOn: '2026-11-01' })).closed).toEqual([]);
    expect(await open(order.number)).toEqual(['surplus 2500']);
    expect((await record(order.number, 2500, 'MP-2', { channel: 'TRANSFER' })).closed).toHaveLength(1);
    expect(await open(order.number)).toEqual([]);
    const { money, timeline } = await reportOrder(app.database, order.number);
    expect(
      money.records.map(({ amount, reference, givenOn, actor }) => ({ amount, reference, givenOn, actor })),
    ).toEqual([
      { amount: 1500n, reference: 'MP-1', givenOn: '2026-11-01', actor: 'rina@finance' },
      { amount: 2500n, reference: 'MP-2', givenOn: TODAY, actor: 'rina@finance' },
    ]);
    expect(timeline.at(-1)).toMatchObject({
      from: 'COMPLETED',
      to: 'COMPLETED',
      cause: 'operator: money given back',
      ...BY,
    });
    expect(await violations()).toEqual([]);
  });

  test('of a refund counts towards what the refund left to be given back', async () => {
    const { order } = await paid();
    await refund(order.number, 250_000n);
    expect(await open(order.number)).toEqual(['to_give_back 250000']);
    await record(order.number, 250_000, 'MP-3');
    expect(await open(order.number)).toEqual([]);
    expect((await reportOrder(app.database, order.number)).money.giveBack).toMatchObject({
      returned: 250_000n,
      still: 0n,
    });
  });

  test('is repeated without effect; another sum, day or way needs a reference of its own', async () => {
    const { order } = await paid(4000);
    await record(order.number, 1000, 'MP-4');
    expect((await record(order.number, 1000, 'MP-4')).isRepeat).toBe(true);
    expect(await open(order.number)).toEqual(['surplus 3000']);
    expect(await refusal(record(order.number, 1001, 'MP-4'))).toBe(
      `${order.number} has Rp1.000 on ${TODAY} under the reference MP-4 already: Rp1.001 on ${TODAY} needs a reference of its own.`,
    );
    expect(await refusal(record(order.number, 1000, 'MP-4', { channel: 'TRANSFER' }))).toContain('by transfer needs');
    expect((await reportOrder(app.database, order.number)).money.records).toHaveLength(1);
  });

  test('never sums up to more than came in, and a refused one leaves nothing', async () => {
    const { order } = await paid();
    await record(order.number, 900_000, 'MP-5', { channel: 'TRANSFER' });
    expect(await refusal(record(order.number, 100_001, 'MP-6'))).toBe(
      `Nothing was recorded for ${order.number}: Rp1.000.001 would have been given back, and Rp1.000.000 came in.`,
    );
    const dollars = { sum: { amount: '61.25', currency: 'USD' } };
    expect(await refusal(record(order.number, 0, 'MP-7', dollars))).toContain('USD 61.25 would have been given back');
    expect(await refusal(record(order.number, 1, 'MP-8', { givenOn: '2999-01-01' }))).toContain('is in the future');
    expect((await reportOrder(app.database, order.number)).money.records).toHaveLength(1);
    expect(await violations()).toEqual([]);
  });

  test('is shown and not entered by a dry run', async () => {
    const { order } = await paid(4000);
    expect((await record(order.number, 4000, 'MP-9', { isDryRun: true })).after.giveBack.still).toBe(0n);
    expect(await open(order.number)).toEqual(['surplus 4000']);
  });

  test('needs an order that is credited or refunded', async () => {
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
    expect(await refusal(record(order.number, 1, 'MP-10'))).toContain(
      `${order.number} is PENDING_PAYMENT: a give-back`,
    );
  });
});

describe('Mekari Pay shows that money went back', () => {
  test('a surplus that went back closes its exception, and alarms nobody', async () => {
    const { order } = await paid(4000);
    await app.sandbox.mekariPay.refund(order.number, { amount: 4000 });
    await until(
      () => open(order.number),
      (left) => left.length === 0,
    );
    const { inbox } = await reportOrder(app.database, order.number);
    expect(inbox.map(({ outcome }) => outcome)).toContain('refunded');
    expect(alerts(app, order.number)).toEqual(['payment_exception: surplus']);
    // The operator who gave it back records it afterwards: it is the same money.
    expect((await record(order.number, 4000, 'MP-11')).after.giveBack).toMatchObject({ returned: 4000n, still: 0n });
    expect(await violations()).toEqual([]);
  });

  test('a part of the surplus leaves the rest open', async () => {
    const { order } = await paid(4000);
    await app.sandbox.mekariPay.refund(order.number, { amount: 1500 });
    await until(
      () => open(order.number),
      ([first]) => first === 'surplus 2500',
    );
    expect(await open(order.number)).toEqual(['surplus 2500']);
  });

  test('more than the surplus is an exception of its own', async () => {
    const { order } = await paid(4000);
    await app.sandbox.mekariPay.refund(order.number, { amount: 5000 });
    await until(
      () => open(order.number),
      (left) => left.some((line) => line.startsWith('refunded')),
    );
    expect(await open(order.number)).toEqual(['refunded null']);
    expect(alerts(app, order.number)).toEqual(['payment_exception: surplus', 'payment_exception: refunded']);
  });

  test('what a refund left to be given back went back', async () => {
    const { order } = await paid();
    await refund(order.number, 250_000n);
    await app.sandbox.mekariPay.refund(order.number, { amount: 250_000 });
    await until(
      () => open(order.number),
      (left) => left.length === 0,
    );
    expect(await violations()).toEqual([]);
  });
});
