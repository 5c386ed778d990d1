import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, until, untilStatus } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

const WHATSAPP = { wa_balance: '1000000' };
const whatsapp = (period: string, quantity: number) => ({ key: 'wa_balance_excess', period, quantity });
type Excess = ReturnType<typeof whatsapp>;

/** An organization whose excess a test moves. */
async function owing(...excess: Excess[]) {
  const id = addOrganization(app.sandbox, '1001', { excess });
  return {
    id,
    client: await app.client({ organization_id: id }),
    reports: (...rows: Excess[]) => app.sandbox.hubCore.organizations.patch(id, { excess: rows }),
  };
}

const excessLines = (order: OrderFragment | null) =>
  order?.lines.filter(({ kind }) => kind === 'EXCESS').map(({ periodStart, quantity }) => `${periodStart} ${quantity}`);

const reportsOf = async ({ id }: OrderFragment) =>
  (await app.db.query(`select excess_at_quote, excess_at_confirm from topup_orders where id = $1`, [id]))[0];

test('excess that grew is left to the next order; the order keeps both reports', async () => {
  const { id, client, reports } = await owing(whatsapp('2026-10', 100));
  const draft = await createOrder(client, id, WHATSAPP);
  reports(whatsapp('2026-10', 150), whatsapp('2026-11', 7));
  const confirmed = await confirmOrder(client, draft);
  expect(excessLines(confirmed)).toEqual(['2026-10-01 100']);
  expect(confirmed.total).toEqual(draft.total);
  expect(app.sandbox.mekariPay.invoices(draft.number)).toMatchObject([{ amount: 1_000_100 }]);
  expect(await reportsOf(draft)).toEqual({
    excess_at_quote: [{ code: 'wa_balance', period: '2026-10', quantity: '100' }],
    excess_at_confirm: [
      { code: 'wa_balance', period: '2026-10', quantity: '150' },
      { code: 'wa_balance', period: '2026-11', quantity: '7' },
    ],
  });

  await app.sandbox.mekariPay.pay(confirmed.number);
  await untilStatus(client, confirmed.id, 'COMPLETED');
  expect(excessLines(await createOrder(client, id, WHATSAPP))).toEqual(['2026-10-01 50', '2026-11-01 7']);
});

test('excess of an organization that owed nothing at the quote does not stop the confirm', async () => {
  const { id, client, reports } = await owing();
  const draft = await createOrder(client, id, WHATSAPP);
  reports(whatsapp('2026-11', 9));
  expect((await confirmOrder(client, draft)).excessTotal.amount).toBe('0');
  expect(await reportsOf(draft)).toMatchObject({ excess_at_quote: [], excess_at_confirm: [{ quantity: '9' }] });
});

test('excess that fell in one period stops the confirm, whatever another period grew', async () => {
  const { id, client, reports } = await owing(whatsapp('2026-10', 100), whatsapp('2026-11', 50));
  const draft = await createOrder(client, id, WHATSAPP);
  reports(whatsapp('2026-10', 90), whatsapp('2026-11', 60));
  const refused = await tryConfirm(client, draft);
  expect(codes(refused)).toEqual(['PRICE_CHANGED']);
  expect(refused.priceChange).toEqual({ oldTotal: { amount: '1000150' }, newTotal: { amount: '1000150' } });
  expect(excessLines(refused.order)).toEqual(['2026-10-01 90', '2026-11-01 60']);
  // The new quote has a report of its own, from which the next growth is measured.
  reports(whatsapp('2026-10', 91), whatsapp('2026-11', 60));
  expect(excessLines(await confirmOrder(client, refused.order as OrderFragment))).toEqual([
    '2026-10-01 90',
    '2026-11-01 60',
  ]);
});

test('excess that another order released stops the confirm, even while it grows', async () => {
  const { id, client, reports } = await owing(whatsapp('2026-10', 100));
  const first = await confirmOrder(client, await createOrder(client, id, WHATSAPP));
  const second = await createOrder(client, id, WHATSAPP);
  expect(excessLines(second)).toEqual([]);
  await tryCancel(client, first.id);
  reports(whatsapp('2026-10', 120));
  const refused = await tryConfirm(client, second);
  expect(codes(refused)).toEqual(['PRICE_CHANGED']);
  expect(excessLines(refused.order)).toEqual(['2026-10-01 120']);
});

test('a unit price of excess that moved stops the confirm, even while the excess grows', async () => {
  const muv = (quantity: number) => ({ key: 'muv_excess', period: '2026-10', quantity });
  const { id, client, reports } = await owing(muv(10));
  const draft = await createOrder(client, id, { muv: '500' });
  reports(muv(12));
  app.sandbox.mekariBilling.setPrice('pkg-muv-excess', '751');
  try {
    const refused = await tryConfirm(client, draft);
    expect(codes(refused)).toEqual(['PRICE_CHANGED']);
    expect(refused.priceChange).toEqual({ oldTotal: { amount: '307500' }, newTotal: { amount: '309012' } });
  } finally {
    app.sandbox.mekariBilling.setPrice('pkg-muv-excess', '750');
  }
});

test('a draft that a version without reports wrote is compared to the unit', async () => {
  const { id, client, reports } = await owing(whatsapp('2026-10', 100));
  const [same, grown] = [
    await createOrder(client, id, WHATSAPP),
    await createOrder(client, id, { ...WHATSAPP, muv: '500' }),
  ];
  await app.db.query(`update topup_orders set excess_at_quote = null where organization_id = $1`, [id]);
  await tryCancel(client, (await confirmOrder(client, same)).id);
  reports(whatsapp('2026-10', 101));
  expect(codes(await tryConfirm(client, grown))).toEqual(['PRICE_CHANGED']);
});

test('an organization whose excess grows by one each 50 ms confirms at the first try, twenty times', async () => {
  const { id, client, reports } = await owing(whatsapp('2026-10', 1));
  let quantity = 1;
  const growing = setInterval(() => {
    quantity += 1;
    reports(whatsapp('2026-10', quantity));
  }, 50);
  try {
    for (let round = 1; round <= 20; round++) {
      const draft = await createOrder(client, id, WHATSAPP);
      const seen = quantity;
      await until(
        async () => quantity,
        (now) => now > seen,
      );
      const { order, userErrors } = await tryConfirm(client, draft);
      expect([round, userErrors, order?.status, order?.total.amount]).toEqual([
        round,
        [],
        'PENDING_PAYMENT',
        draft.total.amount,
      ]);
      await app.sandbox.mekariPay.pay(draft.number);
      await untilStatus(client, draft.id, 'COMPLETED');
    }
  } finally {
    clearInterval(growing);
  }
  // Twenty orders settled part after part of one period, none of it twice: the rest is owed.
  const [settled] = await app.db.query<{ settled: string }>(
    `select excess_settled::text as settled from organization_packages where organization_id = $1`,
    [id],
  );
  const last = await purchase(app, client, id, WHATSAPP);
  expect(Number(settled?.settled) + Number(last.excessTotal.amount)).toBe(quantity);
});
