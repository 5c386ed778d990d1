import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { button, buyer, clientOf, ends, state } from './hands.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

// It walks through four views, beside everything else that a run does.
vi.setConfig({ testTimeout: 120_000 });

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

describe.skipIf(!hasChromium)('the view of support (needs chromium)', () => {
  test('reads any organization, hidden options, orders by number and payment exceptions, and changes nothing', async () => {
    const { app } = stage;
    const bought = await buyer(stage, { components: ['waba'], name: 'PT Pembeli' });
    const client = clientOf(stage, bought);
    const part = await confirmOrder(client, await createOrder(client, bought.id, { wa_balance: '1000000' }));
    await payUntilReview(app, client, part, { amount: 400_000 });
    const pending = await confirmOrder(client, await createOrder(client, bought.id, { agent_extra: '2' }));
    const own = await stage.entry(addOrganization(app.sandbox, '1001'), 'PT Lain', 'topup:support');
    const view = await stage.open([own], '/?view=support');
    const { page } = view;
    const finder = (name: string) => page.getByRole('searchbox', { name });

    const exceptions = page.getByRole('region', { name: 'Payments that need attention' });
    const row = exceptions.getByRole('row', { name: new RegExp(part.number) });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/Payment under review[\s\S]*Rp400\.000/);
    expect(await row.innerText()).toContain(bought.id);
    await button(page, 'This organization').click();
    await exceptions.getByText('No payment needs attention.').waitFor();

    await finder('Organization ID').fill(bought.id);
    await button(page, 'Open organization').click();
    const hidden = page.getByRole('region', { name: /^Options hidden from/ });
    await hidden.getByRole('row', { name: /chatbot_ai_extra.*A component is missing/ }).waitFor();
    await row.waitFor();
    expect(await view.layoutShift()).toBeLessThan(0.05);

    await page.getByRole('link', { name: 'Top up', exact: true }).click();
    await page.getByText('You can view this page, but you cannot order.').waitFor();
    expect(await button(page, 'Review order').count()).toBe(0);
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByRole('link', { name: pending.number }).waitFor();

    await page.getByRole('link', { name: 'Support', exact: true }).click();
    await finder('Order number').fill('TU-990101-0000-0000');
    await button(page, 'Open order').click();
    await page.getByText('There is no order TU-990101-0000-0000.').waitFor();
    await finder('Order number').fill(pending.number.toLowerCase());
    await button(page, 'Open order').click();
    await state(page, 'PENDING_PAYMENT').waitFor();
    const names = await page.locator('main').getByRole('button').allInnerTexts();
    expect(names.filter((name) => name !== 'Copy link')).toEqual([]);
    await ends(view);
  });

  test('speaks Indonesian, and is offered to nobody else', async () => {
    const { app } = stage;
    const paid = await buyer(stage);
    const order = await purchase(app, createTestClient(app.url, paid.token), paid.id, { wa_balance: '1000000' });
    const view = await stage.open([paid], '/', { locale: 'id-ID' });
    await view.page.getByRole('link', { name: 'Pesanan', exact: true }).waitFor();
    await button(view.page, 'Tinjau pesanan').waitFor();
    expect(await view.page.getByRole('link', { name: 'Support' }).count()).toBe(0);
    await view.page.goto(`${stage.url}/?view=support`);
    await view.page.getByRole('alert').first().getByText('Akun Anda').waitFor();
    await ends(view);

    const support = await stage.entry('1004', 'PT Bank', 'topup:support');
    const theirs = await stage.open([support], '/', { locale: 'id-ID', viewport: { width: 390, height: 844 } });
    await theirs.page.getByRole('link', { name: 'Support' }).click();
    await theirs.page.getByRole('searchbox', { name: 'Nomor pesanan' }).fill(order.number);
    await button(theirs.page, 'Buka pesanan').click();
    await state(theirs.page, 'COMPLETED').waitFor();
    await ends(theirs);
  });
});
