import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORDER_STATES, type ReachedState } from '../../../sandbox/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { readOrder } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startAppWithStates();
});
afterAll(() => app.close());

async function call<T>(method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${app.sandbox.states.url}/_sandbox/${path}`, init);
  return { status: response.status, body: (await response.json()) as T };
}

async function reach(request: object): Promise<ReachedState> {
  const { status, body } = await call<ReachedState>('POST', 'states', request);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

const clientOf = ({ token }: ReachedState) => createTestClient(app.url, token);
const audit = async () => (await call('GET', 'audit')).body;

const BUYABLE = ['agent_extra', 'chatbot_ai_extra', 'muv', 'voice_call_extra', 'wa_balance'];

test.each(ORDER_STATES)('one call reaches %s, and every invariant of money holds there', async (state) => {
  const reached = await reach({ state });
  const order = await readOrder(clientOf(reached), reached.orderId ?? '');
  expect(order).toMatchObject({ status: state, number: reached.orderNumber, total: { amount: '1000000' } });
  expect(await audit()).toEqual({ violations: [] });
});

const APPROVAL = 'query ($id: ID!) { topupOrder(id: $id) { status approval { state viewerCanDecide } } }';
const APPROVE = /* GraphQL */ `
  mutation ($input: ApproveTopupOrderInput!) {
    approveTopupOrder(input: $input) { order { approval { state } } userErrors { code } }
  }
`;

test('one call reaches an order that awaits its approval, which another person of the organization gives', async () => {
  const reached = await reach({ state: 'SUBMITTED' });
  const { orderId: id, total } = reached;
  const approver = createTestClient(app.url, reached.approverToken);
  const approvalFor = async (client: TestClient) => (await client.query(APPROVAL, { id })).topupOrder;
  const pending = { status: 'DRAFT', approval: { state: 'PENDING', viewerCanDecide: false } };
  expect(await approvalFor(clientOf(reached))).toEqual(pending);
  expect(await approvalFor(approver)).toEqual({ ...pending, approval: { state: 'PENDING', viewerCanDecide: true } });
  const input = { orderId: id, expectedTotal: total };
  const { approveTopupOrder } = await approver.query(APPROVE, { input });
  expect(approveTopupOrder).toEqual({ order: { approval: { state: 'APPROVED' } }, userErrors: [] });
  expect(await audit()).toEqual({ violations: [] });
});

const PAGE = `query ($r: [_Any!]!) { _entities(representations: $r) {
  ... on Organization { topupEligibility { reasons } topupOptions { code } } } }`;

async function pageOf(reached: ReachedState) {
  const r = [{ __typename: 'Organization', id: reached.organizationId }];
  const { _entities } = await clientOf(reached).query(PAGE, { r });
  return _entities[0];
}

test.each([
  ['enrolled', [], BUYABLE],
  ['page-flag-off', ['PAGE_FLAG_OFF'], []],
  ['order-flag-off', ['ORDER_FLAG_OFF'], BUYABLE],
  ['not-enrolled', ['ORGANIZATION_NOT_ENROLLED'], []],
  ['billing-version-unsupported', ['BILLING_VERSION_UNSUPPORTED'], []],
  ['with-excess', [], BUYABLE],
  ['without-components', [], ['agent_extra', 'muv']],
  ['components-missing', [], ['agent_extra', 'muv']],
  ['unlimited-visitors', [], ['agent_extra', 'wa_balance']],
  ['raised-minimum', [], BUYABLE],
  ['with-approval', [], BUYABLE],
  ['without-contract', [], BUYABLE],
])('an organization that is %s, with a booked order, has the reasons %j and sees %j', async (organization, ...page) => {
  const [reasons, codes] = page;
  const reached = await reach({ state: 'COMPLETED', organization });
  const { topupEligibility, topupOptions } = await pageOf(reached);
  expect(topupEligibility).toEqual({ reasons });
  expect(topupOptions.map(({ code }: { code: string }) => code).sort()).toEqual(codes);
  expect(await readOrder(clientOf(reached), reached.orderId ?? '')).toMatchObject({ status: 'COMPLETED' });
  expect(await audit()).toEqual({ violations: [] });
});

test('an organization that hub-core does not know has nothing to show but its booked order', async () => {
  const reached = await reach({ state: 'COMPLETED', organization: 'unknown-to-hub-core' });
  expect(await pageOf(reached)).toEqual({ topupEligibility: null, topupOptions: null });
  expect(await readOrder(clientOf(reached), reached.orderId ?? '')).toMatchObject({ status: 'COMPLETED' });
  expect(await audit()).toEqual({ violations: [] });
});

test('the documentation names every kind of organization and every state', async () => {
  const page = readFileSync(new URL('../../../docs/contract-tests.md', import.meta.url), 'utf8');
  const { body } = await call<{ organizations: { name: string }[]; states: string[] }>('GET', 'states');
  expect(body.organizations).toHaveLength(13);
  for (const name of [...body.states, ...body.organizations.map((kind) => kind.name)])
    expect(page).toContain(`\`${name}\``);
});

test.each(ORDER_STATES)('an organization with excess reaches %s with it on its order', async (state) => {
  const reached = await reach({ state, organization: 'with-excess' });
  expect(reached).toMatchObject({ state, total: '1250000' });
  expect(await audit()).toEqual({ violations: [] });
});

test('a name is taken until a reset', async () => {
  const first = await reach({ state: 'DRAFT', name: 'checkout' });
  expect(await call('POST', 'states', { name: 'checkout' })).toMatchObject({
    status: 409,
    body: { error: { code: 'name_taken' } },
  });
  expect(first.orderNumber).toMatch(/^TU-\d{6}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
});

test("Pact's body names the state and has the rest as parameters", async () => {
  const body = { action: 'setup', state: 'CANCELLED enrolled', params: { timeoutMs: 20_000 } };
  expect(await reach(body)).toMatchObject({ state: 'CANCELLED', organization: 'enrolled' });
  expect(await call('POST', 'states', { ...body, action: 'teardown' })).toEqual({ status: 200, body: {} });
});

test('a state that cannot be reached in time says what was reached', async () => {
  app.sandbox.mekariPay.setWebhookUrl(undefined);
  const answer = await call('POST', 'states', { state: 'COMPLETED', timeoutMs: 1500 });
  app.sandbox.mekariPay.setWebhookUrl(`${app.url}/webhooks/mekari-pay`);
  expect(answer).toMatchObject({ status: 504, body: { error: { code: 'state_not_reached' } } });
  expect(JSON.stringify(answer.body)).toMatch(/TU-\d{6}-.* is PENDING_PAYMENT, and COMPLETED was expected/);
});

test('a wrong state or kind is refused with the right ones', async () => {
  expect(await call('POST', 'states', { state: 'SHIPPED' })).toMatchObject({ status: 422 });
  expect(await call('POST', 'states', { organization: 'rich' })).toMatchObject({ status: 422 });
  expect(await call('POST', 'states', { organization: '9' })).toMatchObject({ status: 404 });
});
