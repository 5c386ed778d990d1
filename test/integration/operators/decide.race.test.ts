import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { approvePayment, OperatorRefusal, refundOrder } from '../../../src/operators/index.ts';
import { lockOrder } from '../../../src/orders/index.ts';
import { SettleReceived } from '../../../src/payments/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
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

const ON_WHAT_WAS_SEEN = {
  actor: 'rina@finance',
  reason: 'The buyer asked for it',
  received: new Map([['IDR', '400000']]),
};
const DECISIONS: Record<string, (number: string) => Promise<unknown>> = {
  approve: (number) => approvePayment(decisionParts(app), number, ON_WHAT_WAS_SEEN),
  refund: (number) =>
    refundOrder({ ...decisionParts(app), outstandingExcess: async () => 0n }, number, {
      ...ON_WHAT_WAS_SEEN,
      takeBack: new Map(),
    }),
};

const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );

/** An order of Rp1.000.000 under review, for which Rp400.000 came in. */
async function underReview() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, order, { amount: 400_000 });
  return { id, client, order };
}

/**
 * Another connection holds the order's row lock. The operator's command is told Rp400.000 by the provider, and waits for the lock;
 * then more is paid, which the other connection settles and commits.
 */
async function settledMeanwhile(order: OrderFragment, amount: number, decide: () => Promise<string>): Promise<string> {
  let decided: Promise<string> | undefined;
  await app.database.transaction(async (tx) => {
    await lockOrder(tx, { id: order.id });
    decided = decide();
    await until(
      () =>
        app.db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
      (waiting) => waiting.length > 0,
    );
    await app.sandbox.mekariPay.payPart(order.number, { amount, webhook: false });
    const invoices = await app.neighbours.paymentProvider.invoicesOfOrder(order.number);
    const answer = { provider: 'mekari-pay', source: 'poll' as const, invoices };
    await new SettleReceived(app.database, systemClock, () => undefined).settleIn(tx, order.id, answer);
  });
  return decided ?? 'not decided';
}

test.each(Object.entries(DECISIONS))(
  'to %s is refused if another sum has been received when the row lock is free',
  async (_, decide) => {
    const { id, client, order } = await underReview();
    expect(await settledMeanwhile(order, 100_000, () => refusal(decide(order.number)))).toBe(
      `Nothing was decided about ${order.number}: you saw Rp400.000, and Rp500.000 was received by now. If your decision stands, repeat it with --received 500000.`,
    );
    expect((await readOrder(client, order.id)).status).toBe('PAYMENT_REVIEW');
    expect(await balances(app, id)).toEqual({});
  },
);

test.each(Object.entries(DECISIONS))(
  'to %s is refused if the rest has settled the order when the row lock is free: it is credited once',
  async (_, decide) => {
    const { id, client, order } = await underReview();
    // A paid order can be refunded: that is refused for the sum.
    const refused = /is (PAID|COMPLETED): only|you saw Rp400\.000, and Rp1\.000\.000 was received by now/;
    expect(await settledMeanwhile(order, 600_000, () => refusal(decide(order.number)))).toMatch(refused);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
    expect(app.sandbox.moderator.booking(order.number)?.attempts).toBe(1);
  },
);
