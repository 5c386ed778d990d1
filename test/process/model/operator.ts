import { createNeighbour } from '../../../src/clients/http.ts';
import { createHubCore } from '../../../src/clients/hub-core.ts';
import {
  approvePayment,
  OperatorRefusal,
  outstandingExcessAt,
  refundOrder,
  reportOrder,
} from '../../../src/operators/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { storedOrders } from './compare.ts';
import { knownOrder, type Shop } from './shop.ts';

const BY = { actor: 'rina@finance', reason: 'Looked at it by hand' };

export function approve(shop: Shop, app: TestApp, index: number): Promise<string[]> {
  const { number } = knownOrder(shop, index);
  return refusals(seen(app, number).then((sums) => approvePayment(partsOf(shop, app), number, { ...BY, ...sums })));
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
  const { number } = knownOrder(shop, index);
  const parts = {
    ...partsOf(shop, app),
    outstandingExcess: outstandingExcessAt(createHubCore(hubCore, shop.time), app.database),
  };
  const units = new Map(Object.entries(takeBack).map(([code, quantity]) => [code, BigInt(quantity)]));
  try {
    return await refusals(refundOrder(parts, number, { ...BY, takeBack: units, ...(await seen(app, number)) }));
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

const partsOf = (shop: Shop, app: TestApp) => ({
  database: app.database,
  clock: shop.time,
  provider: () => app.neighbours.paymentProvider,
});

async function seen(app: TestApp, number: string) {
  return { received: (await reportOrder(app.database, number)).money.received };
}

function refusals(decision: Promise<unknown>): Promise<string[]> {
  return decision.then(
    () => [],
    (error) => (error instanceof OperatorRefusal ? ['refused'] : Promise.reject(error)),
  );
}
