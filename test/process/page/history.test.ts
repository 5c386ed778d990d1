import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase } from '../../support/app/purchase.ts';
import { expectFinished } from './finished.ts';
import { button, state } from './hands.ts';
import { foreignTexts } from './inspect.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

vi.setConfig({ testTimeout: 120_000 });

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

describe.skipIf(!hasChromium)('the history in a browser (needs chromium)', () => {
  test('keeps drafts apart, names who ordered, finds by state, day and number, and gives CSV', async () => {
    const { app } = stage;
    const id = addOrganization(app.sandbox, '1001');
    const claims = { name: 'Siti Rahayu' };
    const client = await app.client({ organization_id: id, claims });
    const paid = await purchase(app, client, id, { wa_balance: '1000000' });
    const pending = await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
    const draft = await createOrder(client, id, { muv: '1000' });
    const entry = await stage.entry(id, 'PT Riwayat');
    const view = await stage.open([entry], '/?view=orders', { locale: 'en-GB', acceptDownloads: true });
    const { page } = view;
    const link = (number: string) => page.getByRole('link', { name: number });

    await link(paid.number).waitFor();
    await page.getByText('One order awaits its payment.').waitFor();
    expect(await page.getByRole('link', { name: 'Open it' }).getAttribute('href')).toContain(pending.id);
    await page.getByRole('region', { name: 'Drafts' }).getByRole('link', { name: draft.number }).waitFor();
    expect(await page.getByRole('row', { name: new RegExp(paid.number) }).innerText()).toContain('Siti Rahayu');
    expect(await view.layoutShift()).toBeLessThan(0.05);

    await page.getByRole('button', { name: 'Completed' }).press('Enter');
    await link(pending.number).waitFor({ state: 'detached' });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const csv = await readFile(await file.path(), 'utf8');
    expect(csv).toMatch(/^\ufeffOrder,Created,Ordered by,Status,PI number,Total\r\n/);
    expect(csv).toContain(`,Siti Rahayu,Completed,${paid.paidInvoiceNumber},1000000\r\n`);
    expect(csv).not.toContain(pending.number);

    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Order number' }).fill(pending.number.slice(-9).toLowerCase());
    await page.keyboard.press('Enter');
    await link(paid.number).waitFor({ state: 'detached' });
    await link(pending.number).waitFor();
    await page.getByLabel('Until').fill('2020-01-01');
    await page.keyboard.press('Enter');
    await page.getByText('No order matches.').waitFor();
    expect(view.errors).toEqual([]);
    await view.close();
  });

  test('shows the orders of the newest filter, also if the next page of an earlier one comes later', async () => {
    const { app } = stage;
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    for (let count = 0; count < 11; count += 1)
      await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
    const view = await stage.open([await stage.entry(id, 'PT Halaman')], '/?view=orders');
    const { page } = view;
    const rows = page.locator('tbody tr');
    await rows.nth(9).waitFor();
    const nextPage = Promise.withResolvers<void>();
    const isNextPage = (body: string | null) => /"after":"/.test(body ?? '');
    await page.route('**/graphql', async (route) => {
      if (isNextPage(route.request().postData())) await nextPage.promise;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByRole('button', { name: 'Completed' }).click();
    await page.getByText('No order matches.').waitFor();
    const late = page.waitForResponse((response) => isNextPage(response.request().postData()));
    nextPage.resolve();
    await (await late).finished();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await rows.count()).toBe(0);
    expect(view.errors).toEqual([]);
    await view.close();
  });

  test('shows the statement with running balances, by quota, and gives a month as CSV', async () => {
    const { app } = stage;
    const excess = [{ key: 'wa_balance_excess', period: '2026-10', quantity: 250_000 }];
    const id = addOrganization(app.sandbox, '1001', { excess });
    const client = await app.client({ organization_id: id });
    const first = await purchase(app, client, id, { wa_balance: '1000000' });
    const second = await purchase(app, client, id, { wa_balance: '2000000', agent_extra: '3' });
    const entry = await stage.entry(id, 'PT Mutasi');
    const view = await stage.open([entry], '/', { locale: 'en-GB', acceptDownloads: true });
    const { page } = view;
    await page.getByRole('link', { name: 'Statement' }).click();
    await page.getByRole('heading', { name: 'Quota statement' }).waitFor();
    const rows = page.locator('tbody tr');
    const cellsOf = async (row: number) => (await rows.nth(row).locator('td').allInnerTexts()).join(' | ');
    await rows.nth(3).waitFor();
    expect(await page.getByRole('status').innerText()).toBe('4 entries shown');

    await button(page, 'WhatsApp balance').click();
    await page.getByText('3 entries shown').waitFor();
    expect(await cellsOf(0)).toBe(`WhatsApp balance | Top-up | ${second.number} | +Rp2.000.000 | Rp3.000.000`);
    const byKind = [await cellsOf(1), await cellsOf(2)].toSorted();
    expect(byKind).toEqual([
      `WhatsApp balance | Settlement of excess usage\nRp250.000 settled | ${first.number} | Balance unchanged | ${byKind[0]?.split(' | ').at(-1)}`,
      `WhatsApp balance | Top-up | ${first.number} | +Rp1.000.000 | Rp1.000.000`,
    ]);
    expect(await view.layoutShift()).toBeLessThan(0.05);
    await expectFinished(page, 'statement-quota');

    const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download CSV').click()]);
    const csv = await readFile(await file.path(), 'utf8');
    expect(file.suggestedFilename()).toMatch(new RegExp(`^statement-${id}-\\d{4}-\\d{2}\\.csv$`));
    expect(csv).toMatch(/^"at","code","kind","quantity","balance_after","order_number","reason"\r\n/);
    expect(csv).toContain(`,"agent_extra","TOPUP",3,3,"${second.number}",\r\n`);

    await button(page, 'Bahasa Indonesia').click();
    await page.getByRole('heading', { name: 'Mutasi kuota' }).waitFor();
    await page.getByText('3 mutasi ditampilkan').waitFor();
    expect(await foreignTexts(page)).toEqual([]);
    await page.getByRole('link', { name: first.number }).first().click();
    await state(page, 'COMPLETED').waitFor();
    expect(view.errors).toEqual([]);
    await view.close();
  });
});
