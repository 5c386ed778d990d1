import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { refundSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

/** The effect of an order on its quotas: a preview until it is paid, then what the ledger did. */

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const PREVIEW = /* GraphQL */ `
  query ($id: ID!) {
    topupOrder(id: $id) {
      settlementPreview { code label(language: EN) owed cleared added balanceBefore balanceAfter }
    }
  }
`;
interface Settlement {
  code: string;
  label: string;
  owed: string;
  cleared: string;
  added: string;
  balanceBefore: string;
  balanceAfter: string;
}
const settlementOf = async (client: TestClient, { id }: { id: string }) =>
  ((await client.query(PREVIEW, { id })).topupOrder.settlementPreview as Settlement[]).map(
    ({ code, owed, cleared, added, balanceBefore, balanceAfter }) =>
      `${code}: owed ${owed}, cleared ${cleared}, added ${added}, ${balanceBefore} → ${balanceAfter}`,
  );

async function buyer(excess: { key: string; period: string; quantity: number }[] = []) {
  const id = addOrganization(app.sandbox, '1001', { excess });
  return { id, client: await app.client({ organization_id: id }) };
}
const visitors = (quantity: number) => ({ key: 'muv_excess', period: '2026-10', quantity });

test('a quote previews on the balances of now, a paid order tells what the ledger did', async () => {
  const { id, client } = await buyer([visitors(120)]);
  const draft = await createOrder(client, id, { muv: '500', chatbot_ai_extra: '2' });
  const previewed = [
    'muv: owed 120, cleared 120, added 500, 0 → 500',
    'chatbot_ai_extra: owed 0, cleared 0, added 2000, 0 → 2000',
  ];
  expect(await settlementOf(client, draft)).toEqual(previewed);
  const order = await confirmOrder(client, draft);
  await purchase(app, client, id, { chatbot_ai_extra: '1' });
  expect((await settlementOf(client, order))[1]).toBe('chatbot_ai_extra: owed 0, cleared 0, added 2000, 1000 → 3000');
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  await purchase(app, client, id, { muv: '1000', chatbot_ai_extra: '1' });
  // Later orders moved the balances further.
  expect(await settlementOf(client, order)).toEqual([
    'muv: owed 120, cleared 120, added 500, 0 → 500',
    'chatbot_ai_extra: owed 0, cleared 0, added 2000, 1000 → 3000',
  ]);
});

test('excess that grew by the confirm is owed, and is not cleared', async () => {
  const { id, client } = await buyer([visitors(120)]);
  const draft = await createOrder(client, id, { muv: '500' });
  app.sandbox.hubCore.organizations.patch(id, { excess: [visitors(150)] });
  const order = await confirmOrder(client, draft);
  expect(await settlementOf(client, order)).toEqual(['muv: owed 150, cleared 120, added 500, 0 → 500']);
});

test('an order under review previews still; one that ended has none; a refund leaves what the credit did', async () => {
  const { id, client } = await buyer();
  const reviewed = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, reviewed, { amount: 1 });
  expect(await settlementOf(client, reviewed)).toEqual(['wa_balance: owed 0, cleared 0, added 1000000, 0 → 1000000']);
  const cancelled = await createOrder(client, id, { wa_balance: '1000000' });
  await tryCancel(client, cancelled.id);
  expect(await settlementOf(client, cancelled)).toEqual([]);
  const paid = await purchase(app, client, id, { muv: '500' });
  const by = { actor: 'rina', reason: 'Bought by mistake' };
  await refundSeen(app, paid.number, { ...by, takeBack: new Map([['muv', 500n]]) }, async () => 0n);
  expect(await settlementOf(client, paid)).toEqual(['muv: owed 0, cleared 0, added 500, 0 → 500']);
  await refundSeen(app, reviewed.number, { ...by, takeBack: new Map() }, async () => 0n);
  expect(await settlementOf(client, reviewed)).toEqual([]);
});
