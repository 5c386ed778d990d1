import { randomUUID } from 'node:crypto';
import { CreateTaxedOrderDocument, type OrderFragment } from '../../generated/operations.ts';
import type { TestApp } from './app.ts';
import { confirmOrder, readOrder, toItems, untilStatus } from './purchase.ts';
import type { TestClient } from './test-client.ts';

const PPH_23 = { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' };

/** Gives a row of the catalogue PPh 23 of 2 % on its price, and nothing else. */
export const withhold = (app: TestApp, code: string): Promise<unknown> =>
  app.changeCatalogue('update topup_configurations set taxes = $2 where code = $1', [code, JSON.stringify([PPH_23])]);

type Bought = Pick<OrderFragment, 'id' | 'number'>;

/** Confirms an order of Rp1.000.000 whose buyer keeps Rp20.000 back. The row of wa_balance has PPh 23. */
export async function orderWithWithholding(client: TestClient, organizationId: string): Promise<Bought> {
  const items = toItems(organizationId, { wa_balance: '1000000' });
  const input = { items, idempotencyKey: randomUUID(), withholding: 'PPH_23' as const };
  const { createTopupOrder } = await client.query(CreateTaxedOrderDocument, { input });
  const id = createTopupOrder?.order?.id;
  if (id === undefined) throw new Error(`refused: ${JSON.stringify(createTopupOrder?.userErrors)}`);
  return confirmOrder(client, await readOrder(client, id));
}

/** The same order, paid with Rp980.000 and booked. */
export async function purchaseWithWithholding(
  app: TestApp,
  client: TestClient,
  organizationId: string,
): Promise<Bought> {
  const order = await orderWithWithholding(client, organizationId);
  await app.sandbox.mekariPay.pay(order.number);
  return untilStatus(client, order.id, 'COMPLETED');
}
