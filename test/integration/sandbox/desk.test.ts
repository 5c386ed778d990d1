import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Desk } from '../../../sandbox/desk/desk.ts';
import type { TestApp } from '../../support/app/app.ts';
import { startAppWithStates } from '../../support/app/app-with-states.ts';
import { startDeskOf } from '../../support/app/desk.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { sendRaw } from '../../support/http/raw-http.ts';

let app: TestApp;
let desk: Desk;

beforeAll(async () => {
  app = await startAppWithStates();
  desk = await startDeskOf(app);
});

beforeEach(async () => {
  await app.sandbox.states.moveClock({});
});

afterAll(async () => {
  await desk?.stop();
  await app?.close();
});

/** Presses a button as the desk's script does. */
async function press(path: string, organization = '1001'): Promise<{ message: string; href?: string }> {
  const body = new URLSearchParams({ organization });
  const response = await fetch(`${desk.url}${path}`, { method: 'POST', headers: { accept: 'application/json' }, body });
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  return (await response.json()) as { message: string; href?: string };
}

const token = async (role: string, organization = '1001') =>
  (await fetch(`${desk.url}/token?role=${role}&organization=${organization}`)).text();
const caller = async (role: string, organization?: string) =>
  createTestClient(app.url, await token(role, organization));

for (const [situation, status] of Object.entries({
  draft: 'DRAFT',
  pending: 'PENDING_PAYMENT',
  part: 'PAYMENT_REVIEW',
  late: 'COMPLETED',
  done: 'COMPLETED',
  unbooked: 'PAID',
  expired: 'EXPIRED',
  cancelled: 'CANCELLED',
  refunded: 'REFUNDED',
  lost: 'PENDING_PAYMENT',
})) {
  test(`the button "${situation}" makes an order of the chosen organization that is ${status}`, async () => {
    const { message, href = '' } = await press(`/situations/order-${situation}`, '1002');
    const orderId = new URL(href).searchParams.get('orderId') ?? '';
    expect(new URL(href).searchParams.get('organization')).toBe('1002');
    const buyer = await caller('buyer', '1002');
    const read = async () =>
      (await buyer.query('query ($id: ID!) { topupOrder(id: $id) { number status } }', { id: orderId })).topupOrder;
    await expect.poll(read).toMatchObject({ status });
    const { number } = await read();
    expect(message).toContain(number);
    const invoice = app.sandbox.mekariPay.invoice(number);
    expect(invoice !== undefined && app.sandbox.mekariPay.isLost(invoice)).toBe(situation === 'lost');
  });
}

test('an organization whose excess waits in an unpaid order comes to further orders, of users', async () => {
  await press('/situations/order-pending', '1004');
  expect((await press('/situations/order-done', '1004')).message).toMatch(/: completed\.$/);
});

test('an order of the list can be paid in part, expired and paid late', async () => {
  await press('/situations/order-pending');
  const { id, external_id: number } = app.sandbox.mekariPay.invoices().at(-1) ?? { id: '', external_id: '' };
  const live = async () => (await (await fetch(`${desk.url}/live`)).json()) as Record<string, string>;
  expect((await live())['orders']).toContain(`action="/invoices/${id}/pay"`);
  expect((await press(`/invoices/${id}/pay-part`)).message).toBe(`${number} was paid in part.`);
  await press(`/invoices/${id}/expire`);
  expect((await live())['orders']).not.toContain(`action="/invoices/${id}/pay"`);
  await press(`/invoices/${id}/pay-late`);
  await app.sandbox.moderator.waitForBooking(number);
});

test('prices rise by 8 % in whole rupiah, on the page at once', async () => {
  const buyer = await caller('buyer');
  const price = async () =>
    (await buyer.query('{ topupOptions { code unitPrice { amount } } }')).topupOptions.find(
      ({ code }: { code: string }) => code === 'muv',
    )?.unitPrice.amount;
  expect(await price()).toBe('600');
  await press('/situations/prices-up');
  expect(await price()).toBe('648');
});

test('Mekari Billing away leaves the options of a fixed price, until the button is pressed again', async () => {
  const buyer = await caller('buyer', '1001');
  const codes = async () =>
    (await buyer.query('{ topupOptions { code } }')).topupOptions.map(({ code }: { code: string }) => code);
  expect(await codes()).toContain('muv');
  await press('/situations/billing-away');
  expect(await codes()).toEqual(['wa_balance', 'voice_call_extra']);
  await press('/situations/billing-away');
  expect(app.sandbox.mekariBilling.faults.list()).toEqual([]);
  await app.sandbox.states.moveClock({ advanceSeconds: 7300 });
  expect(await codes()).toContain('muv');
});

test('each neighbour can be sent away and called back, beside faults that somebody else has set', async () => {
  const own = { kind: 'status', status: 500, match: { path: 'nobody' } } as const;
  app.sandbox.moderator.faults.set([own]);
  for (const [name, faults] of Object.entries({
    'hub-core-away': app.sandbox.hubCore.faults,
    'pay-away': app.sandbox.mekariPay.faults,
    'accounting-away': app.sandbox.moderator.faults,
    'mail-away': app.sandbox.mail.faults,
  })) {
    const before = faults.list();
    await press(`/situations/${name}`);
    expect(faults.list()).toHaveLength(before.length + 1);
    await press(`/situations/${name}`);
    expect(faults.list()).toEqual(before);
  }
  app.sandbox.moderator.faults.clear();
});

test('excess grows until the button is pressed again, and a quote has it at once', async () => {
  const quantity = () =>
    app.sandbox.hubCore.organizations.get('1003')?.excess?.find(({ key }) => key === 'wa_balance_excess')?.quantity ??
    0;
  await press('/situations/excess-grows', '1003');
  await expect.poll(quantity, { timeout: 5000 }).toBeGreaterThanOrEqual(2000);
  await press('/situations/excess-grows', '1003');
  const buyer = await caller('buyer', '1003');
  const { createTopupOrder } = await buyer.query(
    'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { excessTotal { amount } } } }',
    { input: { idempotencyKey: 'grown', items: [{ optionId: '1003:wa_balance', quantity: '1000000' }] } },
  );
  expect(createTopupOrder.order.excessTotal.amount).toBe(String(quantity()));
});

test('each role has the permissions that it says, in any organization', async () => {
  const permissions = async (role: string) =>
    (
      await (
        await caller(role, '1004')
      ).query('{ topupOrganization(id: "1004") { viewerTopupPermissions { canRead canOrder canSupport } } }')
    ).topupOrganization.viewerTopupPermissions;
  expect(await permissions('viewer')).toEqual({ canRead: true, canOrder: false, canSupport: false });
  expect(await permissions('buyer')).toEqual({ canRead: true, canOrder: true, canSupport: false });
  expect(await permissions('support')).toEqual({ canRead: true, canOrder: false, canSupport: true });
  expect(await permissions('operator')).toEqual({ canRead: true, canOrder: true, canSupport: true });
  expect((await fetch(`${desk.url}/token?role=king`)).status).toBe(404);
});

test('calls, webhooks, mails, requests and jobs are told as they happen, newest first, by kind', async () => {
  desk.happenings.clear();
  const { message } = await press('/situations/order-done');
  const [number = ''] = /TU-[\w-]+/.exec(message) ?? [];
  await app.sandbox.mail.waitFor(({ subject }) => subject.includes(number));
  for (const line of app.logs.slice(-40)) desk.happenings.log(JSON.stringify(line));
  desk.happenings.log('no JSON');
  const kinds = new Set(desk.happenings.list().map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(['call', 'graph', 'job', 'mail', 'webhook']));
  const titles = desk.happenings.list().map(({ title }) => title);
  expect(titles.indexOf('invoice.paid')).toBeLessThan(titles.indexOf('POST /api/v1/invoices'));
  const mails = (await (await fetch(`${desk.url}/live?kind=mail`)).json()) as { feed: string };
  expect(mails.feed).toContain(app.sandbox.mail.url);
  expect(mails.feed).not.toContain('invoice.paid');
});

test('a page that polls pushes nothing else out of the feed', () => {
  desk.happenings.clear();
  desk.happenings.log(JSON.stringify({ level: 30, event: 'job_done', job: 'reconcile' }));
  const request = {
    level: 30,
    event: 'request',
    operationType: 'query',
    operation: 'topupOptions',
    organizationId: '1001',
  };
  for (let times = 0; times < 300; times++) desk.happenings.log(JSON.stringify(request));
  const titles = desk.happenings.list().map(({ title }) => title);
  expect([titles.length, titles[0], titles.at(-1)]).toEqual([101, 'query topupOptions', 'reconcile']);
});

test('the desk works by forms alone, and shows the pages of the project', async () => {
  const body = new URLSearchParams({ organization: '1006' });
  const response = await fetch(`${desk.url}/situations/order-draft`, { method: 'POST', body, redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([303, '/?organization=1006']);
  const page = await (await fetch(`${desk.url}/?organization=1006`)).text();
  expect(page).toContain('<option value="1006" selected>');
  const readme = await (await fetch(`${desk.url}/read`)).text();
  expect(readme).toContain('href="/read?file=docs%2Fcontract-tests.md"');
  for (const file of ['../package.json', 'package.json', '/etc/passwd'])
    expect((await fetch(`${desk.url}/read?file=${encodeURIComponent(file)}`)).status).toBe(404);
});

test('no foreign page opens the desk, takes a token from it or presses a button', async () => {
  const get = async (lines: string[]) =>
    (await sendRaw(desk.url, `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`))[0]?.status;
  expect(await get(['GET /token?role=operator HTTP/1.1', 'host: evil.example'])).toBe(421);
  const origin = ['host: localhost', 'origin: https://evil.example', 'content-length: 0'];
  expect(await get(['POST /reset HTTP/1.1', ...origin])).toBe(403);
  expect(await get(['POST /situations/mail-away HTTP/1.1', ...origin])).toBe(403);
});
