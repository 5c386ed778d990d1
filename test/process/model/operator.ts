import { createNeighbour } from '../../../src/clients/http.ts';
import { createHubCore } from '../../../src/clients/hub-core.ts';
import { approvePayment, OperatorRefusal, outstandingExcessAt, refundOrder } from '../../../src/operators/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { storedOrders } from './compare.ts';
import { knownOrder, type Shop } from './shop.ts';

const BY = { actor: 'rina@finance', reason: 'Looked at it by hand' };

export function approve(shop: Shop, app: TestApp, index: number): Promise<string[]> {
  return refusals(approvePayment(app.database, shop.time, knownOrder(shop, index).number, BY));
}

/** The outstanding excess comes from hub-core without the server's wires, since that only reads. */
export async function refund(
  shop: Shop,
  app: TestApp,
  index: number,
  takeBack: Readonly<Record<string, number>>,
): Promise<string[]> {
  const env = shop.landlord.sandbox.environment();
  const credentials = { clientId: env['MEKARI_CLIENT_ID'] ?? '', clientSecret: env['MEKARI_CLIENT_SECRET'] ?? '' };
  const baseUrl = env['HUB_CORE_URL'] ?? '';
  const hubCore = createNeighbour({ name: 'hub-core', baseUrl, credentials, timeoutMs: 3000, clock: shop.time });
  const { database } = app;
  const parts = {
    database,
    clock: shop.time,
    outstandingExcess: outstandingExcessAt(createHubCore(hubCore, shop.time), database),
  };
  const units = new Map(Object.entries(takeBack).map(([code, quantity]) => [code, BigInt(quantity)]));
  try {
    return await refusals(refundOrder(parts, knownOrder(shop, index).number, { ...BY, takeBack: units }));
  } finally {
    hubCore.close();
  }
}

export async function untilBooked(shop: Shop, index: number): Promise<void> {
  await until(
    () => storedOrders(shop),
    (orders) => orders[index]?.status === 'COMPLETED',
  );
}

function refusals(decision: Promise<unknown>): Promise<string[]> {
  return decision.then(
    () => [],
    (error) => (error instanceof OperatorRefusal ? ['refused'] : Promise.reject(error)),
  );
}
