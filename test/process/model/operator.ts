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
    const decide = async () => refundOrder(parts, number, { ...BY, takeBack: units, ...(await seen(app, number)) });
    return await refusals(afterBooking(decide));
  } finally {
    hubCore.close();
  }
}

/** An operator who is told that accounting is booking the order at this moment tries again. */
async function afterBooking<T>(decide: () => Promise<T>): Promise<T> {
  const outcome = await until(
    () =>
      decide().then(
        (decided) => ({ decided }),
        (error: Error) => ({ error }),
      ),
    (each) =>
      !('error' in each) || !/accounting is booking it at this moment|has just changed/.test(each.error.message),
  );
  if ('error' in outcome) throw outcome.error;
  return outcome.decided;
}

const partsOf = (shop: Shop, app: TestApp) => ({
  database: app.database,
  clock: shop.time,
  provider: () => app.neighbours.paymentProvider,
  moderator: () => app.neighbours.moderator,
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
