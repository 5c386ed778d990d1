import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { addMakers } from '../../support/app/makers.ts';
import { tryApprove, tryConfirm, tryReject, trySubmit } from '../../support/app/mutations.ts';
import { createOrder, until } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const CONTACTS = [
  { name: 'Agus', email: 'agus@buyer.example.test', locale: 'id' as const },
  { name: 'Grace', email: 'grace@buyer.example.test', locale: 'en' as const },
];

async function draft() {
  const makers = await addMakers(app);
  app.sandbox.hubCore.organizations.patch(makers.id, { billing_contacts: CONTACTS });
  return { ...makers, order: await createOrder(makers.maker, makers.id, { wa_balance: '1000000', agent_extra: '2' }) };
}

const idle = (orderId: string) =>
  until(
    () => queuedJobs(app, orderId),
    (jobs) => jobs.length === 0,
  );

async function mailsAbout({ id, number }: { id: string; number: string }) {
  await idle(id);
  return app.sandbox.mail.messages().filter(({ subject }) => subject.includes(number));
}

test('each contact is told that an order awaits an approval, and how that ended, in its own language', async () => {
  const { maker, checker, order } = await draft();
  await trySubmit(maker, order.id);
  await trySubmit(maker, order.id);
  const asked = await mailsAbout(order);
  expect(asked.map(({ subject }) => subject.split(' – ')[0]).sort()).toEqual([
    `Order ${order.number} awaits an approval`,
    `Pesanan ${order.number} menunggu persetujuan`,
  ]);
  for (const { text } of asked) expect(text).toContain('Siti Rahayu');
  for (const { text } of asked) expect(text).toContain('Rp1.250.000');

  await tryApprove(checker, order, 'Within the budget');
  const english = (await mailsAbout(order)).filter(({ subject }) => subject.startsWith('Order'));
  expect(english.map(({ subject }) => subject.split(' – ')[0])).toEqual([
    `Order ${order.number} awaits an approval`,
    `Order ${order.number} has been approved`,
  ]);
  expect(english[1]?.text).toContain('Budi Santoso');
  expect(english[1]?.text).toContain('Within the budget');
});

test('a rejection is told with its reason', async () => {
  const { maker, checker, order } = await draft();
  await trySubmit(maker, order.id);
  await idle(order.id);
  await tryReject(checker, order.id, 'Not in this quarter');
  const rejected = (await mailsAbout(order)).filter(({ subject }) => /rejected|ditolak/.test(subject));
  expect(rejected).toHaveLength(2);
  for (const { text } of rejected) expect(text).toContain('Not in this quarter');
});

test('an order that is submitted again, at new prices, is told again', async () => {
  const { maker, checker, order } = await draft();
  await trySubmit(maker, order.id);
  await idle(order.id);
  await tryApprove(checker, order);
  await idle(order.id);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  await tryConfirm(maker, order);
  await trySubmit(maker, order.id);
  const asked = (await mailsAbout(order)).filter(({ subject }) => /awaits an approval/.test(subject));
  expect(asked.map(({ text }) => /Rp1\.2[56]0\.000/.exec(text)?.[0])).toEqual(['Rp1.250.000', 'Rp1.260.000']);
  expect(new Set(asked.map(({ messageId }) => messageId)).size).toBe(2);
});
