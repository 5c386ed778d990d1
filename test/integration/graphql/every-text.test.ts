import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { textPlaces } from '../../support/graphql/text-places.ts';
import { ODD_TEXTS } from '../../support/hostile/odd-texts.ts';

const SDL = readFileSync(new URL('../../../schema/api.graphql', import.meta.url), 'utf8');
const GIVEN = {
  id: '1001',
  items: [{ optionId: '1001:muv', quantity: '500' }],
  optionId: '1001:muv',
  quantity: '500',
  orderId: '01a228a1-757a-722a-a8ef-96c9d04ae475',
  expectedTotal: '1',
  idempotencyKey: 'odd',
  reason: 'too much',
};
const PLACES = textPlaces(buildSubgraphSchema(parse(SDL)), GIVEN);

/** Refusals of a caller's mistake; nothing failed. */
const MEANT = ['BAD_USER_INPUT', 'FORBIDDEN', 'BAD_REQUEST'];

let app: TestApp;
let callers: TestClient[];

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  const admin = await app.client({ organization_id: '1001' });
  callers = [
    admin,
    await app.client({ organization_id: '1001', scope: 'topup:support' }),
    await app.client({ organization_id: '1001', scope: 'topup:read topup:approve' }),
  ];
  await createOrder(admin, '1001', { muv: '500' });
});

afterAll(() => app.close());

test('the places are those of the schema', () => {
  const places = PLACES.map(({ place }) => place);
  expect(places).toContain('Query.topupOrderByNumber(number)');
  expect(places).toContain('Organization.quotaLedger(code)');
  expect(places).toContain('Mutation.createTopupOrder(input.items.optionId)');
  expect(places).toContain('Mutation.rejectTopupOrder(input.reason)');
});

test.each(PLACES)('an odd text in $place is refused or matches nothing', async ({ operation }) => {
  for (const [kind, text] of ODD_TEXTS) {
    const { query, variables } = operation(text);
    for (const caller of callers) {
      const { status, errors = [] } = await caller.send(query, variables);
      expect([200, 400], kind).toContain(status);
      const codes = errors.map(({ extensions }) => String(extensions['code']));
      expect(
        codes.filter((code) => !MEANT.includes(code)),
        kind,
      ).toEqual([]);
    }
  }
});

test('no odd text counts as a fault of ours', () => {
  const failures = app.logs.filter(({ event }) => ['request_failed', 'field_failed'].includes(String(event)));
  expect(failures).toEqual([]);
});
