import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, print } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORDER_STATES, type ReachedState, type StateRequest } from '../../../sandbox/index.ts';
import { EVENT_TYPES, TYPES_WITHOUT_STEPS } from '../../../src/event-delivery/index.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { next, subscribe } from '../../support/app/subscription.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { fullSelection } from '../../support/contracts/full-selection.ts';
import { stableText } from '../../support/contracts/stable.ts';
import { type EventReceiver, startEventReceiver } from '../../support/http/event-receiver.ts';
import { eventFixtures } from './event-fixtures.ts';

const SCHEMA = join(import.meta.dirname, '../../../schema');
const PRESENT = new Date('2026-11-22T10:00:00+07:00');
const schema = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'));

let app: TestApp;
let receiver: EventReceiver;

beforeAll(async () => {
  receiver = await startEventReceiver();
  app = await startAppWithStates(() => PRESENT, { EVENT_INTERNAL_HOSTS: '127.0.0.1' });
});
afterAll(async () => {
  await app?.close();
  await receiver?.stop();
});

interface Sent {
  field: string;
  /** The field's variables by name, with their type. */
  variables?: Record<string, [type: string, value: unknown]>;
  token: string;
}

const ROOTS = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};

/** Asks for every field below one root field. */
function requestFor(root: keyof typeof ROOTS, { field, variables = {} }: Omit<Sent, 'token'>) {
  const definition = ROOTS[root]?.getFields()[field];
  if (definition === undefined) throw new Error(`the schema has no ${root} ${field}`);
  const names = Object.keys(variables);
  const declared = names.length === 0 ? '' : `(${names.map((name) => `$${name}: ${variables[name]?.[0]}`).join(', ')})`;
  const given = names.length === 0 ? '' : `(${names.map((name) => `${name}: $${name}`).join(', ')})`;
  const title = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const query = print(parse(`${root} ${title}${declared} { ${field}${given}${fullSelection(definition.type)} }`));
  return { query, variables: Object.fromEntries(names.map((name) => [name, variables[name]?.[1]])) };
}

/** Returns the exchange as its fixture prints it. */
async function exchange(root: 'query' | 'mutation', { token, ...sent }: Sent): Promise<string> {
  const request = requestFor(root, sent);
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': '00000000-0000-8000-8000-000000000000',
      ...(token !== '' && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request),
  });
  return printed({ request, response: await response.json() });
}

const printed = (fixture: object) => stableText(`${JSON.stringify(fixture, null, 2)}\n`, PRESENT);

const reach = (request: StateRequest): Promise<ReachedState> => app.sandbox.states.reach(request);
const orderOf = ({ orderId, token }: ReachedState, field = 'topupOrder'): Sent => ({
  field,
  variables: { id: ['ID!', orderId] },
  token,
});
const inputOf = (field: string, token: string, input: object): Sent => {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`;
  return { field, variables: { input: [type, input] }, token };
};

/** A draft above its organization's limit, and the token of a second person who may approve it. */
async function aboveLimit(name: string) {
  const reached = await reach({ state: 'DRAFT', name });
  const { organizationId } = reached;
  const settings = { topup_approval: { is_enabled: true, limit: 1 } };
  app.sandbox.hubCore.organizations.patch(organizationId, { settings });
  const claims = {
    organization_id: organizationId,
    sub: `approver-${organizationId}`,
    claims: { name: 'Budi Santoso' },
  };
  return { ...reached, approver: await app.sandbox.auth.token({ ...claims, scope: 'topup:read topup:approve' }) };
}

async function submitted(name: string) {
  const reached = await aboveLimit(name);
  await exchange('mutation', inputOf('submitTopupOrder', reached.token, { orderId: reached.orderId }));
  return reached;
}

const FIXTURES: Record<string, () => Promise<string>> = {
  ...Object.fromEntries(
    ORDER_STATES.map((state) => [
      `topupOrder.${state}`,
      async () => exchange('query', orderOf(await reach({ state, organization: 'with-excess', name: state }))),
    ]),
  ),
  async topupOrganization() {
    const { token } = await reach({ organization: 'with-excess', state: 'PENDING_PAYMENT', name: 'page' });
    return exchange('query', { field: 'topupOrganization', token });
  },
  async fetch__Organization() {
    const { token, organizationId: id } = await reach({ organization: 'without-contract', name: 'refetch' });
    return exchange('query', { field: 'fetch__Organization', variables: { id: ['ID!', id] }, token });
  },
  async topupOptions() {
    const { token } = await reach({ organization: 'with-excess', name: 'options' });
    return exchange('query', { field: 'topupOptions', token });
  },
  async excessUsages() {
    const { token } = await reach({ organization: 'with-excess', state: 'PENDING_PAYMENT', name: 'excess' });
    return exchange('query', { field: 'excessUsages', token });
  },
  async hiddenTopupOptions() {
    const { supportToken } = await reach({ organization: 'without-components', name: 'hidden' });
    return exchange('query', { field: 'hiddenTopupOptions', token: supportToken });
  },
  async topupOrderByNumber() {
    const { supportToken, orderNumber } = await reach({ state: 'PENDING_PAYMENT', name: 'by number' });
    return exchange('query', {
      field: 'topupOrderByNumber',
      variables: { number: ['String', orderNumber] },
      token: supportToken,
    });
  },
  async paymentExceptions() {
    const { supportToken, organizationId } = await reach({ state: 'PAYMENT_REVIEW', name: 'exceptions' });
    const variables: Sent['variables'] = { organizationId: ['ID', organizationId] };
    return exchange('query', { field: 'paymentExceptions', variables, token: supportToken });
  },
  async topupOrders() {
    const { token } = await reach({ state: 'COMPLETED', name: 'orders' });
    return exchange('query', { field: 'topupOrders', variables: { first: ['Int', 1] }, token });
  },
  async createTopupOrder() {
    const { token, organizationId } = await reach({ organization: 'with-excess', name: 'create' });
    const items = [{ optionId: `${organizationId}:wa_balance`, quantity: '1000000' }];
    return exchange('mutation', inputOf('createTopupOrder', token, { items, idempotencyKey: 'create' }));
  },
  async 'createTopupOrder.BELOW_MINIMUM'() {
    const { token, organizationId } = await reach({ name: 'create too little' });
    const items = [{ optionId: `${organizationId}:wa_balance`, quantity: '999999' }];
    return exchange('mutation', inputOf('createTopupOrder', token, { items, idempotencyKey: 'create' }));
  },
  async confirmOrder() {
    const { token, orderId, total } = await reach({ state: 'DRAFT', name: 'confirm' });
    const input = { orderId, expectedTotal: total, idempotencyKey: 'confirm' };
    return exchange('mutation', inputOf('confirmOrder', token, input));
  },
  async 'confirmOrder.PRICE_CHANGED'() {
    const items = [{ code: 'muv', quantity: '500' }];
    const { token, orderId, total } = await reach({ state: 'DRAFT', name: 'confirm dearer', items });
    app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
    const input = { orderId, expectedTotal: total, idempotencyKey: 'confirm' };
    try {
      return await exchange('mutation', inputOf('confirmOrder', token, input));
    } finally {
      app.sandbox.mekariBilling.setPrice('pkg-muv', '600');
    }
  },
  async cancelTopupOrder() {
    const { token, orderId } = await reach({ state: 'PENDING_PAYMENT', name: 'cancel' });
    return exchange('mutation', inputOf('cancelTopupOrder', token, { orderId }));
  },
  async checkTopupPayment() {
    const { token, orderId } = await reach({ state: 'PENDING_PAYMENT', name: 'check' });
    return exchange('mutation', inputOf('checkTopupPayment', token, { orderId }));
  },
  async 'confirmOrder.APPROVAL_REQUIRED'() {
    const { token, orderId, total } = await aboveLimit('confirm unapproved');
    const input = { orderId, expectedTotal: total, idempotencyKey: 'confirm' };
    return exchange('mutation', inputOf('confirmOrder', token, input));
  },
  async submitTopupOrder() {
    const { token, orderId } = await aboveLimit('submit');
    return exchange('mutation', inputOf('submitTopupOrder', token, { orderId }));
  },
  async approveTopupOrder() {
    const { approver, orderId, total } = await submitted('approve');
    const input = { orderId, expectedTotal: total, reason: 'Within the budget' };
    return exchange('mutation', inputOf('approveTopupOrder', approver, input));
  },
  async rejectTopupOrder() {
    const { approver, orderId } = await submitted('reject');
    return exchange('mutation', inputOf('rejectTopupOrder', approver, { orderId, reason: 'Not in this quarter' }));
  },
  async topupOrderChanged() {
    const reached = await reach({ state: 'PENDING_PAYMENT', name: 'stream' });
    const { token, ...sent } = orderOf(reached, 'topupOrderChanged');
    const request = requestFor('subscription', sent);
    const stream = subscribe(app.url, token, request.query, request.variables);
    const events = [await next(stream)];
    await tryCancel(createTestClient(app.url, token), reached.orderId ?? '');
    events.push(await next(stream));
    await stream.return?.();
    return printed({ request, events });
  },
  'errors.UNAUTHENTICATED': () => exchange('query', { field: 'topupOptions', token: '' }),
  async 'errors.FORBIDDEN'() {
    const { token } = await reach({ name: 'forbidden' });
    return exchange('query', { field: 'hiddenTopupOptions', token });
  },
};

test('every operation of the schema has a fixture', () => {
  const operations = Object.values(ROOTS).flatMap((root) => Object.keys(root?.getFields() ?? {}));
  const published = new Set(Object.keys(FIXTURES).map((name) => name.split('.')[0]));
  expect(operations.filter((operation) => !published.has(operation))).toEqual([]);
});

test.each(Object.keys(FIXTURES))('the published fixture %s is what the server answers', async (name) => {
  await expect(await FIXTURES[name]?.()).toMatchFileSnapshot(join(SCHEMA, 'fixtures', `${name}.json`));
});

const EVENTS = eventFixtures(() => ({ app, receiver, present: PRESENT }));

test('docs/events.md and the command know the types of events that are published, and no other', () => {
  const page = readFileSync(join(SCHEMA, '../docs/events.md'), 'utf8');
  const [, list = ''] = /^The types today: ([^.]+)\./m.exec(page) ?? [];
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, kind]) => kind ?? '');
  expect(named.toSorted()).toEqual(Object.keys(EVENTS).toSorted());
  const sent = EVENT_TYPES.filter((type) => !TYPES_WITHOUT_STEPS.includes(type));
  expect(sent.toSorted()).toEqual(named.map((kind) => `topup_order.${kind}`).toSorted());
});

test.each(Object.keys(EVENTS))('the published event topup_order.%s is what subscribers get', async (kind) => {
  await expect(await EVENTS[kind]?.()).toMatchFileSnapshot(join(SCHEMA, 'fixtures/events', `topup_order.${kind}.json`));
});
