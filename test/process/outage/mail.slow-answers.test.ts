import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';

// A minute of it is the mail server's.
vi.setConfig({ testTimeout: 180_000 });

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function confirmedBy(address: string) {
  const billing_contacts = [{ name: 'Grace', email: address, locale: 'en' as const }];
  const id = addOrganization(app.sandbox, '1001', { billing_contacts });
  const client = await app.client({ organization_id: id });
  return confirmOrder(client, await createOrder(client, id, { agent_extra: '3' }));
}

test('a mail server that greets after 20 s, or answers after the mail in 60 s, gets each mail once', async () => {
  const { mail } = app.sandbox;
  await mail.faults.set([
    { kind: 'greet-late', delayMs: 20_000, times: 1 },
    { kind: 'slow', at: 'data', delayMs: 60_000, match: { to: 'checked@' }, times: 1 },
  ]);
  const orders = [await confirmedBy('greeted@buyer.example.test')];
  // The next connection is greeted at once.
  await until(
    async () => mail.faults.list(),
    (faults) => faults.length === 1,
  );
  orders.push(await confirmedBy('checked@buyer.example.test'));
  await until(
    async () => (await Promise.all(orders.map(({ id }) => queuedJobs(app, id)))).flat(),
    (jobs) => jobs.every(({ task }) => task !== 'send_order_mail'),
  );
  expect(mail.faults.list()).toEqual([]);
  for (const address of ['greeted@buyer.example.test', 'checked@buyer.example.test']) {
    expect(mail.requests().filter(({ path }) => path === address)).toMatchObject([{ status: 250 }]);
    expect(mail.messages().filter(({ to }) => to.includes(address))).toHaveLength(1);
  }
});
