import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildClientSchema, getIntrospectionQuery, Kind, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Supergraph, startSupergraph } from '../../../sandbox/supergraph/supergraph.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OPERATIONS = join(ROOT, 'schema/operations');

let app: TestApp;
let gateway: Supergraph;
let buyer: TestClient;

beforeAll(async () => {
  app = await startApp();
  const { token } = await app.client({ organization_id: '1001' });
  gateway = await startSupergraph({
    port: 0,
    root: ROOT,
    graphUrl: `${app.url}/graphql`,
    hubCore: app.sandbox.hubCore,
    token: async () => token,
  });
  buyer = createTestClient(new URL(gateway.url).origin, token);
});
afterAll(async () => {
  await gateway?.stop();
  await app?.close();
});

test('the gateway of npm run dev joins the organizations subgraph to ours', async () => {
  const { myOrganization } = await buyer.query('{ myOrganization { name topupEligibility { newPageEnabled } } }');
  expect(myOrganization).toEqual({ name: 'PT Maju Jaya Sentosa', topupEligibility: { newPageEnabled: true } });
});

test('a purchase goes through it', async () => {
  const order = await confirmOrder(buyer, await createOrder(buyer, '1001', { wa_balance: '1000000' }));
  await app.sandbox.mekariPay.pay(order.number);
  expect(await untilStatus(buyer, order.id, 'COMPLETED')).toMatchObject({ number: order.number });
});

test('it passes on the error codes of our subgraph', async () => {
  const { errors } = await createTestClient(new URL(gateway.url).origin, '').send('{ topupOptions { code } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('recorded operations of clients are valid there as they are', async () => {
  const schema = buildClientSchema(await buyer.query(getIntrospectionQuery()));
  // A gateway has no `_entities`: these documents are for a subgraph alone.
  const documents = readdirSync(OPERATIONS)
    .map((file) => parse(readFileSync(join(OPERATIONS, file), 'utf8')))
    .map(({ definitions, ...document }) => ({
      ...document,
      definitions: definitions.filter(
        (definition) =>
          definition.kind !== Kind.OPERATION_DEFINITION ||
          !definition.selectionSet.selections.some(
            (selection) => selection.kind === Kind.FIELD && selection.name.value === '_entities',
          ),
      ),
    }));
  expect(documents).toHaveLength(6);
  const unused = /^Fragment "\w+" is never used\.$/;
  const faults = documents.flatMap((document) => validate(schema, document).map(({ message }) => message));
  expect(faults.filter((fault) => !unused.test(fault))).toEqual([]);
});

test('a page of another site reaches neither the gateway nor the organizations', async () => {
  for (const path of ['/graphql', '/organizations']) {
    const answer = await fetch(new URL(path, gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.status).toBe(403);
  }
});
