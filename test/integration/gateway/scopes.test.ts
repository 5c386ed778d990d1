import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { type Gateway, startGateway } from '../../support/graphql/gateway.ts';
import { startOrganizationsSubgraph } from '../../support/graphql/organizations-subgraph.ts';
import type { SubgraphStub } from '../../support/graphql/subgraph-stub.ts';

let app: TestApp;
let organizations: SubgraphStub;
let gateway: Gateway;

beforeAll(async () => {
  app = await startApp();
  organizations = await startOrganizationsSubgraph(app.sandbox.hubCore.organizations.all());
  gateway = await startGateway({
    subgraphs: { organizations: organizations.url, 'self-topup': `${app.url}/graphql` },
    enforceScopesOf: app.sandbox.auth,
  });
});

afterAll(async () => {
  await gateway?.stop();
  await organizations?.stop();
  await app?.close();
});

const PAGE =
  '{ organizations(ids: ["1001"]) { name topupOptions { code } } topupOptions { code } hiddenTopupOptions { code } }';
const REFUSED = 'UNAUTHORIZED_FIELD_OR_TYPE';

/** The answer of a gateway that enforces our SDL to a token of this scope, and the number of its requests to us. */
async function ask(scope: string | undefined) {
  const token = scope === undefined ? '' : await app.sandbox.auth.token({ scope });
  const correlationId = randomUUID();
  const { data, errors } = await createTestClient(gateway.url, token).send(
    PAGE,
    {},
    { 'x-correlation-id': correlationId },
  );
  const asked = app.logs.filter((line) => line['event'] === 'request' && line['correlationId'] === correlationId);
  const refused = (errors ?? []).map(
    ({ extensions, path }) => `${extensions['code']} ${path?.filter((part) => part !== '@').join('.')}`,
  );
  return { data, refused, asked: asked.length };
}

test.each([
  ['no token', undefined],
  ['a token without scope', ''],
])('a gateway that enforces our directives refuses our fields to %s without a call to us', async (_caller, scope) => {
  const { data, refused, asked } = await ask(scope);
  expect(data.organizations).toEqual([expect.objectContaining({ name: 'PT Maju Jaya Sentosa' })]);
  expect(refused).toEqual([
    `${REFUSED} organizations.topupOptions`,
    `${REFUSED} topupOptions`,
    `${REFUSED} hiddenTopupOptions`,
  ]);
  expect(asked).toBe(0);
});

test('it serves a reader everything except the fields for support', async () => {
  const { data, refused, asked } = await ask('topup:read');
  expect(data.organizations[0].topupOptions).toContainEqual({ code: 'wa_balance' });
  expect(data.topupOptions).toContainEqual({ code: 'wa_balance' });
  expect(refused).toEqual([`${REFUSED} hiddenTopupOptions`]);
  expect(asked).toBeGreaterThan(0);
});

test('it serves support every readable field', async () => {
  const { data, refused } = await ask('topup:support');
  expect(data.hiddenTopupOptions).toContainEqual({ code: 'email_extra' });
  expect(refused).toEqual([]);
});
