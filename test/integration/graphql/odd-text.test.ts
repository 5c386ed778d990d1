import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CancelTopupOrderDocument,
  CheckTopupPaymentDocument,
  ConfirmOrderDocument,
  CreateTopupOrderDocument,
} from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { ODD_TEXTS } from '../../support/hostile/odd-texts.ts';

let app: TestApp;
let callers: TestClient[];

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  callers = [
    await app.client({ organization_id: '1001' }),
    await app.client({ organization_id: '1001', scope: 'topup:support' }),
  ];
});

afterAll(() => app.close());

/** Refusals of a caller's mistake; nothing failed. */
const MEANT = new Set(['BAD_USER_INPUT', 'FORBIDDEN', 'BAD_REQUEST']);

async function expectUnknown(ask: (client: TestClient) => ReturnType<TestClient['send']>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const client of callers) {
    const { status, data, errors = [] } = await ask(client);
    // 413 is for a body over the size limit.
    expect([200, 400, 413]).toContain(status);
    expect(errors.map(({ extensions }) => extensions['code']).filter((code) => !MEANT.has(String(code)))).toEqual([]);
    answers.push(data);
  }
  return answers;
}

test.each(ODD_TEXTS)('%s in a reference matches nothing', async (_kind, text) => {
  const representations = [
    { __typename: 'Organization', id: text },
    { __typename: 'TopupOption', id: text },
    { __typename: 'TopupOption', id: `1001:${text}` },
    { __typename: 'TopupOption', id: `${text}:muv` },
    { __typename: 'TopupOrder', id: text },
  ];
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on Organization { topupEligibility { reasons } topupOptions { code } excessUsages { code } quotaBalances { code }
      topupOrders { totalCount } }
    ... on TopupOption { code }
    ... on TopupOrder { number }
  } }`;
  const [admin] = await expectUnknown((client) => client.send(query, { of: representations }));
  expect(admin).toEqual({ _entities: [null, null, null, null, null] });
});

test.each(ODD_TEXTS)('%s in an order is refused', async (_kind, text) => {
  const item = { optionId: '1001:muv', quantity: '500' };
  const creations = [
    { organizationId: text, items: [item], idempotencyKey: 'odd' },
    { items: [{ ...item, optionId: text }], idempotencyKey: 'odd' },
    { items: [{ ...item, optionId: `1001:${text}` }], idempotencyKey: 'odd' },
    { items: [{ ...item, optionId: `${text}:muv` }], idempotencyKey: 'odd' },
  ];
  for (const input of creations) {
    await expectUnknown((client) => client.send(CreateTopupOrderDocument, { input }));
  }
  const confirm = { orderId: text, expectedTotal: '1', idempotencyKey: 'odd' };
  await expectUnknown((client) => client.send(ConfirmOrderDocument, { input: confirm }));
  await expectUnknown((client) => client.send(CancelTopupOrderDocument, { input: { orderId: text } }));
  await expectUnknown((client) => client.send(CheckTopupPaymentDocument, { input: { orderId: text } }));
  expect(await app.db.query('select id from topup_orders')).toEqual([]);
});

test.each([
  ['a NUL', '1001%00'],
  ['half a character', '1001%ED%A0%80'],
  ['bytes that are no text', '%FF%FE1001'],
  ['an escape cut short', '1001%'],
  ['an escape of nothing', '%zz'],
  ['line breaks', '1001%0D%0Ax-header:1'],
  ['10,000 letters', '1'.repeat(10_000)],
])('%s in the query of a REST route matches nothing', async (_kind, text) => {
  for (const { token } of callers) {
    for (const path of ['topup-configurations', 'topup-configurations/excess-quota']) {
      const response = await fetch(`${app.url}/iag/v1/${path}?organization_id=${text}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([200, 403]).toContain(response.status);
      if (response.status === 200) expect(await response.json()).toEqual({ data: [] });
    }
  }
});

// When stored, each half of a character would become the same replacement: two keys would be one.
test('an unprintable text is no idempotency key', async () => {
  const [admin] = callers as [TestClient];
  const input = { items: [{ optionId: '1001:muv', quantity: '500' }] };
  for (const idempotencyKey of ['key\u0000', 'key\ud800', 'key\udfff', 'key\u001b']) {
    const { errors } = await admin.send(CreateTopupOrderDocument, { input: { ...input, idempotencyKey } });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
  }
});

test('none of these counts as a fault of ours', () => {
  const failures = app.logs.filter(({ event }) => ['request_failed', 'field_failed'].includes(String(event)));
  expect(failures).toEqual([]);
});
