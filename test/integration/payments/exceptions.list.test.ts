import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { closePaymentException } from '../../../src/operators/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, until } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { deliver, signed } from '../../support/http/raw-delivery.ts';

const LIST = /* GraphQL */ `
  query ($organizationId: ID, $first: Int, $after: String) {
    paymentExceptions(organizationId: $organizationId, first: $first, after: $after) {
      edges { node { id reason orderNumber amount { amount } currency order { number organization { id } } } }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
`;

let app: TestApp;
let support: TestClient;
let underpaid: { id: string; order: OrderFragment };
let paidTwice: { id: string; order: OrderFragment };

beforeAll(async () => {
  app = await startApp();
  support = await app.client({ organization_id: '1004', scope: 'topup:support' });
  underpaid = await buy(async (client, id) => {
    const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
    return payUntilReview(app, client, order, { amount: 400_000 });
  });
  paidTwice = await buy(async (client, id) => {
    const order = await purchase(app, client, id, { wa_balance: '1000000' });
    await app.sandbox.mekariPay.payPart(order.number, { amount: 1_000_000 });
    await until(
      () => list({ organizationId: id }),
      ({ edges }) => edges.length === 1,
    );
    return order;
  });
  const unknown = { ...paidTwice.order, number: 'TU-990101-0000-0000' };
  const event = JSON.stringify(invoiceEvent(app, unknown, { amount: 77_000 }));
  await deliver(app.url, event, signed(event, new Date()));
});

afterAll(() => app.close());

async function buy(work: (client: TestClient, id: string) => Promise<OrderFragment>) {
  const id = addOrganization(app.sandbox, '1001');
  return { id, order: await work(await app.client({ organization_id: id }), id) };
}

async function list(variables: object = {}) {
  const { paymentExceptions } = await support.query(LIST, variables);
  return paymentExceptions;
}

const nodesOf = ({ edges }: { edges: { node: object }[] }) => edges.map(({ node }) => node);
const orderOf = ({ id, order: { number } }: typeof underpaid) => ({ number, organization: { id } });

test('support reads every payment that awaits an operator, oldest first, with its reason and its order', async () => {
  expect(nodesOf(await list())).toMatchObject([
    {
      reason: 'UNDER_REVIEW',
      orderNumber: underpaid.order.number,
      amount: { amount: '400000' },
      currency: 'IDR',
      order: orderOf(underpaid),
    },
    { reason: 'SURPLUS', amount: { amount: '1000000' }, order: orderOf(paidTwice) },
    { reason: 'UNKNOWN_ORDER', orderNumber: 'TU-990101-0000-0000', amount: { amount: '77000' }, order: null },
  ]);
});

test('support reads those of one organization', async () => {
  expect(nodesOf(await list({ organizationId: underpaid.id }))).toMatchObject([{ order: orderOf(underpaid) }]);
  expect(nodesOf(await list({ organizationId: '1004' }))).toEqual([]);
});

test('pages follow each other without a gap', async () => {
  const reasons: unknown[] = [];
  let after: string | null = null;
  for (let pages = 1; pages <= 3; pages++) {
    const answer: Awaited<ReturnType<typeof list>> = await list({ first: 1, after });
    reasons.push(answer.edges[0].node.reason);
    expect(answer.pageInfo).toMatchObject({ hasNextPage: pages < 3, hasPreviousPage: pages > 1 });
    after = answer.pageInfo.endCursor;
  }
  expect(reasons).toEqual(['UNDER_REVIEW', 'SURPLUS', 'UNKNOWN_ORDER']);
});

test('an exception that an operator closed is not listed any more', async () => {
  const [surplus] = nodesOf(await list({ organizationId: paidTwice.id })) as { id: string }[];
  await closePaymentException(app.database, systemClock, surplus?.id ?? '', { actor: 'rina', reason: 'Given back' });
  expect(nodesOf(await list({ organizationId: paidTwice.id }))).toEqual([]);
});

test('a buyer reads none, not even those of the own orders', async () => {
  const buyer = await app.client({ organization_id: underpaid.id });
  const { errors } = await buyer.send(LIST, { organizationId: underpaid.id });
  expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});
