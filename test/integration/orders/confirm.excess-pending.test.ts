import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

const WHATSAPP = { wa_balance: '1000000' };
const BOTH = { wa_balance: '1000000', muv: '500' };

/** An organization that owes WhatsApp balance and visitors. */
async function owing() {
  const excess = [
    { key: 'wa_balance_excess', period: '2026-10', quantity: 100 },
    { key: 'muv_excess', period: '2026-10', quantity: 3 },
  ];
  const id = addOrganization(app.sandbox, '1001', { excess });
  return { id, client: await app.client({ organization_id: id }) };
}

const CONFIRM = `mutation ($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) {
    order { status }
    userErrors { code message field retryable order { id number status total { amount } } }
  }
}`;

async function confirm(client: TestClient, { id, total }: OrderFragment) {
  const input = { orderId: id, expectedTotal: total.amount, idempotencyKey: randomUUID() };
  return (await client.query(CONFIRM, { input })).confirmOrder;
}

test('a second order for the same quota can be reviewed, and waits for the first one, which the refusal names', async () => {
  const { id, client } = await owing();
  const first = await confirmOrder(client, await createOrder(client, id, WHATSAPP));
  const second = await createOrder(client, id, WHATSAPP);
  expect(second.excessTotal.amount).toBe('0');
  expect(await confirm(client, second)).toEqual({
    order: { status: 'DRAFT' },
    userErrors: [
      {
        code: 'EXCESS_PENDING',
        message: `Order ${first.number} carries the outstanding excess of "WhatsApp balance" and awaits its payment: pay it or cancel it first.`,
        field: ['input', 'orderId'],
        retryable: true,
        order: { id: first.id, number: first.number, status: 'PENDING_PAYMENT', total: { amount: '1000100' } },
      },
    ],
  });
  // The draft is as it was reviewed.
  expect(await readOrder(client, second.id)).toEqual(second);

  await app.sandbox.mekariPay.pay(first.number);
  await untilStatus(client, first.id, 'COMPLETED');
  expect((await confirmOrder(client, second)).status).toBe('PENDING_PAYMENT');
});

test('two drafts with the same excess: the second one confirms as it is once the first is cancelled', async () => {
  const { id, client } = await owing();
  const [first, second] = [await createOrder(client, id, WHATSAPP), await createOrder(client, id, WHATSAPP)];
  await confirmOrder(client, first);
  expect(codes(await tryConfirm(client, second))).toEqual(['EXCESS_PENDING']);
  await tryCancel(client, first.id);
  expect((await confirmOrder(client, second)).total).toEqual(second.total);
});

test('an order for another quota, and one beside an order without excess, do not wait', async () => {
  const { id, client } = await owing();
  await confirmOrder(client, await createOrder(client, id, WHATSAPP));
  const seats = await createOrder(client, id, { agent_extra: '1' });
  await confirmOrder(client, seats);
  const moreSeats = await createOrder(client, id, { agent_extra: '2' });
  expect((await confirmOrder(client, moreSeats)).status).toBe('PENDING_PAYMENT');
});

test('a refusal names each order that is to be paid first', async () => {
  const { id, client } = await owing();
  const whatsapp = await confirmOrder(client, await createOrder(client, id, WHATSAPP));
  const visitors = await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
  const { userErrors } = await confirm(client, await createOrder(client, id, BOTH));
  expect(userErrors.map(({ code, order }: { code: string; order: { id: string } }) => [code, order.id])).toEqual([
    ['EXCESS_PENDING', whatsapp.id],
    ['EXCESS_PENDING', visitors.id],
  ]);
});

test('of orders that are confirmed at the same moment one claims the excess, and the others name it', async () => {
  const { id, client } = await owing();
  const drafts = [];
  for (let i = 0; i < 6; i++) drafts.push(await createOrder(client, id, WHATSAPP));
  const answers = await Promise.all(drafts.map((draft) => confirm(client, draft)));
  const winners = drafts.filter((_, index) => answers[index].userErrors.length === 0);
  expect(winners).toHaveLength(1);
  const refused = answers.flatMap(({ userErrors }) => userErrors);
  expect(refused.map(({ code, order }: { code: string; order: { id: string } }) => [code, order.id])).toEqual(
    Array(5).fill(['EXCESS_PENDING', winners[0]?.id]),
  );
});

test('two orders with growth between them cannot both claim, even though the second one was quoted without excess', async () => {
  const { id, client } = await owing();
  app.sandbox.hubCore.organizations.patch(id, { excess: [] });
  const clean = await createOrder(client, id, WHATSAPP);
  app.sandbox.hubCore.organizations.patch(id, {
    excess: [{ key: 'wa_balance_excess', period: '2026-11', quantity: 5 }],
  });
  const carrying = await createOrder(client, id, WHATSAPP);
  const answers = await Promise.all([confirm(client, clean), confirm(client, carrying)]);
  const statuses = answers.map(({ order }) => order.status);
  // The order without excess may come first, and claims none; after the other one it has to wait.
  expect([
    ['PENDING_PAYMENT', 'PENDING_PAYMENT'],
    ['DRAFT', 'PENDING_PAYMENT'],
  ]).toContainEqual(statuses);
});
