import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  admin = await app.client();
});

afterAll(() => app.close());

const IDS =
  'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { id topupEligibility { newPageEnabled } } } }';
const own = { id: '1001', topupEligibility: { newPageEnabled: true } };
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('a whole number is coerced to an id, and nothing else is', async () => {
  const ids = [1001, '1001', 1001.5, true, null, ['1001'], { id: '1001' }, 1002, 1e21];
  const of = ids.map((id) => ({ __typename: 'Organization', id }));
  const { _entities } = await admin.query(IDS, { of });
  expect(_entities).toEqual([own, own, ...repeat(7, null)]);
});

test('a whole number is an id in a literal, in an argument and for a compiled document too', async () => {
  const literal =
    '{ _entities(representations: [{ __typename: "Organization", id: 1001 }]) { ... on Organization { id } } }';
  expect((await admin.query(literal))._entities).toEqual([{ id: '1001' }]);
  const argument = 'query ($id: ID) { topupOrders(organizationId: $id) { totalCount } }';
  for (let sent = 0; sent < 25; sent += 1) {
    expect((await admin.query(argument, { id: 1001 })).topupOrders).toEqual({ totalCount: 0 });
    expect((await admin.query(IDS, { of: [{ __typename: 'Organization', id: 1001 }] }))._entities).toEqual([own]);
  }
});

test('of 600 references the first 500 are answered, and the others are an error each', async () => {
  const of = repeat(600, { __typename: 'Organization', id: '1001' });
  // A frequent document is compiled, and answers the same.
  for (let sent = 0; sent < 25; sent += 1) {
    const { status, data, errors = [] } = await admin.send(IDS, { of });
    expect(status).toBe(200);
    expect(data._entities).toEqual([...repeat(500, own), ...repeat(100, null)]);
    expect(errors[0]).toMatchObject({
      message:
        'representations 600 is more than 500. The first 500 are answered: ask for the others in another request.',
      path: ['_entities', 500],
      extensions: { code: 'BAD_USER_INPUT', limitName: 'representations', limit: 500, figure: 600 },
    });
    expect(errors.at(-1)?.message).toBe('80 more errors are left out.');
  }
});

test('a gateway may ask for 200 orders with everything that they have', async () => {
  const { id } = await createOrder(admin, '1001', { wa_balance: '1000000' });
  const document = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on TopupOrder {
    id number status quoteExpiresAt createdAt paymentUrl organization { id }
    total { amount currencyCode } topupTotal { amount currencyCode } excessTotal { amount currencyCode }
    lines { id kind code label quantity credits unitPrice { amount currencyCode } amount { amount currencyCode } periodStart periodEnd }
    timeline { at from to cause }
  } } }`;
  const { _entities } = await admin.query(document, { of: repeat(200, { __typename: 'TopupOrder', id }) });
  expect(_entities).toHaveLength(200);
  for (const order of _entities)
    expect(order).toMatchObject({ id, lines: [{ code: 'wa_balance', amount: { amount: '1000000' } }] });
});
