import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OperatorRefusal, reportOrder } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { approveSeen, refundSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  readOrder,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { alerts, balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const BY = { actor: 'rina@finance', reason: 'The bank took its fee from the transfer' };
const approve = (number: string) => approveSeen(app, number, BY);
const refund = (number: string, takeBack = new Map<string, bigint>()) =>
  refundSeen(app, number, { ...BY, takeBack }, () => Promise.reject(new Error('not asked')));

async function underReview(payment: { amount?: number; paid_at?: string } = { amount: 1_999_999 }) {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1500000', agent_extra: '4' }));
  await payUntilReview(app, client, order, payment);
  return { id, client, order };
}

const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );
const timelineEnd = async (number: string) => {
  const { timeline } = await reportOrder(app.database, number);
  return timeline.at(-1);
};

describe('a payment under review that is approved', () => {
  test('credits every line, is booked once, and its buyer is notified as for any payment', async () => {
    const paid_at = new Date().toISOString();
    const { id, client, order } = await underReview({ amount: 1_999_999, paid_at });
    await approve(order.number);
    const completed = await untilStatus(client, order.id, 'COMPLETED');
    expect(completed.paidAt).toBe(paid_at);
    expect(await balances(app, id)).toEqual({ agent_extra: '4', wa_balance: '1500000' });
    expect(app.sandbox.moderator.booking(order.number)).toMatchObject({
      attempts: 1,
      request: {
        amount: 2_000_000,
        paid_date: new Date(Date.parse(paid_at) + 7 * 3_600_000).toISOString().slice(0, 10),
      },
    });
    await app.sandbox.mail.waitFor(({ subject, text }) =>
      [subject, text].every(
        (words) => words.includes(order.number) || words.includes(completed.paidInvoiceNumber ?? ''),
      ),
    );
  });

  test('has the operator and the reason in its timeline; the buyer sees neither', async () => {
    const { client, order } = await underReview();
    await approve(order.number);
    const { timeline } = await reportOrder(app.database, order.number);
    expect(timeline).toContainEqual(
      expect.objectContaining({ from: 'PAYMENT_REVIEW', to: 'PAID', cause: 'operator: payment approved', ...BY }),
    );
    const shown = await untilStatus(client, order.id, 'COMPLETED');
    expect(shown.timeline.map(({ cause }) => cause)).toContain('operator: payment approved');
    expect(JSON.stringify(shown)).not.toContain(BY.actor);
    expect(JSON.stringify(shown)).not.toContain(BY.reason);
  });

  test('by two operators at once is approved once', async () => {
    const { id, client, order } = await underReview();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => refusal(approve(order.number))));
    expect(outcomes.filter((outcome) => outcome === 'not refused')).toHaveLength(1);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4', wa_balance: '1500000' });
    expect(app.sandbox.moderator.booking(order.number)?.attempts).toBe(1);
  });

  test('wins or loses against a concurrent refund, and its ledger says which', async () => {
    const { id, order } = await underReview();
    const outcomes = await Promise.all([refusal(approve(order.number)), refusal(refund(order.number))]);
    expect(outcomes.filter((outcome) => outcome === 'not refused')).toHaveLength(1);
    const approved = outcomes[0] === 'not refused';
    expect(await balances(app, id)).toEqual(approved ? { agent_extra: '4', wa_balance: '1500000' } : {});
  });

  test('counts as a repeat when Mekari Pay sends it again', async () => {
    const paid_at = new Date(Date.now() - 60_000).toISOString();
    const { client, order } = await underReview({ amount: 1, paid_at });
    await approve(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order, { amount: 1, paid_at }) });
    expect((await inbox(app, order.number)).at(-1)).toBe('webhook invoice.paid: hint');
    expect(alerts(app, order.number)).toEqual(['payment_review: review']);
  });
});

describe('a payment under review that is refunded', () => {
  test('credits nothing and books nothing', async () => {
    const { id, client, order } = await underReview();
    expect((await refund(order.number)).amount).toBe(0n);
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'REFUNDED',
      paidAt: null,
      paidInvoiceNumber: null,
    });
    expect(await timelineEnd(order.number)).toMatchObject({ cause: 'operator: refunded', ...BY });
    expect(await balances(app, id)).toEqual({});
    expect(app.sandbox.moderator.booking(order.number)).toBeUndefined();
  });

  test('stays refunded when the right amount follows: an exception', async () => {
    const { id, client, order } = await underReview();
    await refund(order.number);
    await app.sandbox.mekariPay.payPart(order.number, { amount: 2_000_000 });
    await until(
      async () => alerts(app, order.number),
      (raised) => raised.length > 1,
    );
    expect((await readOrder(client, order.id)).status).toBe('REFUNDED');
    expect(alerts(app, order.number)).toEqual(['payment_review: review', 'payment_exception: surplus']);
    expect(await balances(app, id)).toEqual({});
  });

  test('leaves nothing to take back', async () => {
    const { order } = await underReview();
    expect(await refusal(refund(order.number, new Map([['wa_balance', 1n]])))).toMatch(/was never credited/);
  });
});

describe('an order that is not under review', () => {
  test('cannot be approved or refunded, and the refusal says why', async () => {
    const client = await app.client({ organization_id: '1001' });
    const draft = await createOrder(client, '1001', { wa_balance: '1000000' });
    expect(await refusal(approve(draft.number))).toBe(
      `${draft.number} is DRAFT: only an order in PAYMENT_REVIEW can be approved.`,
    );
    expect(await refusal(refund(draft.number))).toMatch(/is DRAFT: only an order in PAYMENT_REVIEW, PAID or COMPLETED/);
    const pending = await confirmOrder(client, draft);
    expect(await refusal(approve(pending.number))).toMatch(/is PENDING_PAYMENT/);
    expect(await refusal(refund(pending.number))).toMatch(/is PENDING_PAYMENT/);
  });

  test('gets the same refusal when it does not exist', async () => {
    const number = 'TU-261122-7K3M-9QXE';
    expect(await refusal(approve(number))).toBe(`There is no order ${number}.`);
    expect(await refusal(refund(number))).toBe(`There is no order ${number}.`);
  });

  test('gets a hint when its number has a typing mistake', async () => {
    expect(await refusal(approve('TU-261122-7K3M-9QXF'))).toBe(
      'There is no order TU-261122-7K3M-9QXF. No order can have this number: check it for a typing mistake.',
    );
  });
});
