import { isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildGraph } from '../../../src/app/graph.ts';
import type { Services } from '../../../src/app/services.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { eventsOf, subscribe } from '../../support/app/subscription.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { guardedFields } from '../../support/graphql/sample-fields.ts';

const { schema } = buildGraph({} as Services);
const fields = guardedFields(schema);
const SCOPES = ['topup:read', 'topup:write', 'topup:approve', 'topup:support', 'topup:readable', ''];

let app: TestApp;
let callers: Map<string, TestClient>;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  callers = new Map(
    await Promise.all(
      SCOPES.map(async (scope) => [scope, await app.client({ organization_id: '1001', scope })] as const),
    ),
  );
});

afterAll(() => app.close());

async function outcomeOfStream(client: TestClient | undefined, document: string): Promise<string> {
  const [{ errors } = {}] = await eventsOf(subscribe(app.url, client?.token ?? '', document));
  return errors === undefined ? 'served' : String(errors[0]?.extensions?.['code']);
}

/** "served", the code of the refusal, or "hidden" for a reference that answers null. */
async function outcome(client: TestClient | undefined, document: string): Promise<string> {
  if (document.startsWith('subscription')) return outcomeOfStream(client, document);
  const { data, errors, status } = (await client?.send(document)) ?? {};
  expect(status).toBe(200);
  if (errors !== undefined) return String(errors[0]?.extensions['code']);
  return data._entities?.[0] === null ? 'hidden' : 'served';
}

test('every root field and every field of Organization but its key declares its scopes', () => {
  const guarded = new Set(
    fields.filter(({ authenticated, scopes }) => authenticated && scopes.length > 0).map(({ path }) => path),
  );
  const open = ['Query', 'Mutation', 'Subscription', 'Organization'].flatMap((name) => {
    const type = schema.getType(name);
    return isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${name}.${field}`) : [];
  });
  expect(open.filter((path) => !guarded.has(path)).sort()).toEqual([
    'Organization.id',
    'Query._entities',
    'Query._service',
  ]);
});

test('read fields accept read, write and support; mutations accept write, decisions approve; what is for support accepts support', () => {
  const declared = Object.fromEntries(
    fields.map(({ path, scopes }) => [
      path,
      scopes
        .flat()
        .map((scope) => scope.slice(6))
        .join(' '),
    ]),
  );
  const read = 'read write support';
  expect(declared).toEqual({
    'Query.topupOrganization': read,
    'Query.fetch__Organization': read,
    'Query.topupOptions': read,
    'Query.hiddenTopupOptions': 'support',
    'Query.excessUsages': read,
    'Query.topupOrder': read,
    'Query.topupOrderByNumber': read,
    'Query.topupOrders': read,
    'Query.paymentExceptions': 'support',
    'Subscription.topupOrderChanged': read,
    'Mutation.createTopupOrder': 'write',
    'Mutation.confirmOrder': 'write',
    'Mutation.cancelTopupOrder': 'write',
    'Mutation.checkTopupPayment': 'write',
    'Mutation.submitTopupOrder': 'write',
    'Mutation.approveTopupOrder': 'approve',
    'Mutation.rejectTopupOrder': 'approve',
    'Organization.viewerTopupPermissions': read,
    'Organization.topupApprovalLimit': read,
    'Organization.topupEligibility': read,
    'Organization.excessSummary': read,
    'Organization.unavailableTopupOptions': read,
    'Organization.topupOptions': read,
    'Organization.excessUsages': read,
    'Organization.quotaBalances': read,
    'Organization.quotaLedger': read,
    'Organization.topupOrders': read,
  });
});

test.each(fields)('$path is UNAUTHENTICATED without a token', async ({ document }) => {
  expect(await outcome(createTestClient(app.url, ''), document())).toBe('UNAUTHENTICATED');
});

test.each(fields)('$path is served for exactly the scopes that it declares', async ({ path, scopes, document }) => {
  // A forbidden reference answers null before any of its fields is resolved.
  const refused = path.startsWith('Organization.') ? 'hidden' : 'FORBIDDEN';
  const expected = Object.fromEntries(
    SCOPES.map((scope) => [scope, scopes.some((allOf) => allOf.every((one) => one === scope)) ? 'served' : refused]),
  );
  const found: Record<string, string> = {};
  for (const scope of SCOPES) found[scope] = await outcome(callers.get(scope), document());
  expect(found).toEqual(expected);
});

test.each(fields.filter(({ takesOrganization }) => takesOrganization))(
  '$path of another organization is FORBIDDEN to all but support',
  async ({ document }) => {
    const foreign = document({ organizationId: '1004' });
    for (const scope of ['topup:read', 'topup:write', 'topup:read topup:write']) {
      expect(await outcome(await app.client({ organization_id: '1001', scope }), foreign)).toBe('FORBIDDEN');
    }
    expect(await outcome(callers.get('topup:support'), foreign)).toBe('served');
  },
);

// Payment exceptions without an organization are those of all: some belong to no order of ours.
const ofOneByDefault = fields.filter(
  ({ path, takesOrganization, needsOrganization }) =>
    takesOrganization && !needsOrganization && path !== 'Query.paymentExceptions',
);
test.each(ofOneByDefault)(
  '$path requires an organizationId from support without an organization',
  async ({ document }) => {
    const homeless = createTestClient(
      app.url,
      await app.sandbox.auth.token({ scope: 'topup:support', claims: { organization_id: null } }),
    );
    expect(await outcome(homeless, document())).toBe('BAD_USER_INPUT');
    expect(await outcome(homeless, document({ organizationId: '1002' }))).toBe('served');
  },
);
