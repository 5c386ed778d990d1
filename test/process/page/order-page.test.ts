import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { textOf } from '../../support/tools/pdf-text.ts';
import { violations } from './inspect.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  if (hasChromium) stage = await startStage();
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

describe.skipIf(!hasChromium)('the review (needs chromium)', () => {
  test('shows the balances after the order, and tells a price change line by line, in both languages', async () => {
    const excess = [{ key: 'muv_excess', period: '2026-10', quantity: 120 }];
    const id = addOrganization(stage.app.sandbox, '1001', { name: 'PT Maju Jaya Sentosa', excess });
    const { page, errors, close } = await stage.open([await stage.entry(id, 'PT Maju Jaya Sentosa')], '/');
    await page.getByRole('textbox', { name: 'Users', exact: true }).fill('2');
    await page.getByRole('radio', { name: /^500/ }).first().check({ force: true });
    await page.getByRole('button', { name: 'Review order' }).click();
    const settlement = page.getByRole('table', { name: 'Your quotas once this order is paid' });
    await settlement.waitFor();
    const rows = async () => (await settlement.getByRole('row').allInnerTexts()).map(oneLine);
    expect((await rows()).slice(1).toSorted()).toEqual(['Monthly unique visitors 0 120 +500 500', 'Users 0 – +2 2']);
    expect(await violations(page)).toEqual([]);

    const { mekariBilling } = stage.app.sandbox;
    const before = mekariBilling.packages.get('pkg-agent')?.price ?? '';
    onTestFinished(() => mekariBilling.setPrice('pkg-agent', before));
    mekariBilling.setPrice('pkg-agent', '130000');
    stage.app.sandbox.hubCore.organizations.patch(id, { excess: [] });
    await page.getByRole('button', { name: 'Confirm order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const changes = async () => (await alert.locator('li').allInnerTexts()).map(oneLine);
    expect(await changes()).toEqual([
      'Users Unit price Rp125.000 Rp130.000 Amount Rp250.000 Rp260.000',
      'Monthly unique visitors Settlement of excess usage 2026-10 No longer in this order: Rp90.000.',
    ]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Bahasa Indonesia' }).click();
    await page.getByRole('table', { name: 'Kuota Anda setelah pesanan ini dibayar' }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});

const NAME = 'PT Maju Jaya Sentosa';

/** An organization that asks for an approval above Rp1.000.000: its buyer, and one who may approve and order nothing. */
async function organization() {
  const id = addOrganization(stage.app.sandbox, '1001', { name: NAME });
  const settings = { topup_approval: { is_enabled: true, limit: 1_000_000 } };
  stage.app.sandbox.hubCore.organizations.patch(id, { settings });
  const claims = { organization_id: id, sub: 'budi', claims: { name: 'Budi Santoso' }, expires_in: 7200 };
  const token = await stage.app.sandbox.auth.token({ ...claims, scope: 'topup:read topup:approve' });
  return { buyer: await stage.entry(id, NAME), approver: { id, name: NAME, token } };
}

/** Submits an order of Rp1.125.000 by the page, and returns its address there. */
async function submit(page: Awaited<ReturnType<Stage['open']>>['page']): Promise<string> {
  await page.getByRole('textbox', { name: 'Users', exact: true }).fill('9');
  await page.getByRole('button', { name: 'Review order' }).click();
  await page.getByText('Orders above Rp1.000.000 need the approval of a second person').waitFor();
  expect(await page.getByRole('button', { name: 'Confirm order' }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Submit for approval' }).click();
  await page.locator('[data-approval="PENDING"]').waitFor();
  expect(await page.getByRole('button', { name: /Confirm order|Submit for approval|Approve order/ }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

describe.skipIf(!hasChromium)('approvals on the page (needs chromium)', () => {
  test('an order above the limit is submitted, approved by another person with its total in view, and then confirmed', async () => {
    const { buyer, approver } = await organization();
    const buying = await stage.open([buyer], '/');
    const address = await submit(buying.page);

    const deciding = await stage.open([approver], address);
    await deciding.page.getByRole('button', { name: 'Approve order' }).click();
    const dialog = deciding.page.getByRole('dialog', { name: 'Approve order' });
    await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill('Within the budget');
    expect(await violations(deciding.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Approve Rp1.125.000' }).click();
    await deciding.page.locator('[data-approval="APPROVED"]').getByText('Reason: Within the budget').waitFor();
    expect(await deciding.page.getByRole('button', { name: /Approve order|Reject order|Confirm order/ }).count()).toBe(
      0,
    );

    await buying.page.locator('[data-approval="APPROVED"]').getByText('By Budi Santoso').waitFor();
    await buying.page.getByRole('button', { name: 'Confirm order' }).click();
    await buying.page.getByRole('dialog').getByRole('button', { name: 'Pay Rp1.125.000' }).click();
    await buying.page.locator('[data-order-status="PENDING_PAYMENT"]').waitFor();
    expect([...buying.errors, ...deciding.errors]).toEqual([]);
    await Promise.all([buying.close(), deciding.close()]);
  });

  test('a rejection needs a reason, which the buyer reads in Indonesian words', async () => {
    const { buyer, approver } = await organization();
    const buying = await stage.open([buyer], '/');
    const address = await submit(buying.page);

    const deciding = await stage.open([approver], address);
    await deciding.page.getByRole('button', { name: 'Reject order' }).click();
    const dialog = deciding.page.getByRole('dialog', { name: 'Reject order' });
    await dialog.getByRole('button', { name: 'Reject Rp1.125.000' }).click();
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Not in this quarter');
    await dialog.getByRole('button', { name: 'Reject Rp1.125.000' }).click();
    await deciding.page.locator('[data-approval="REJECTED"]').waitFor();

    await buying.page.getByRole('button', { name: 'Bahasa Indonesia' }).click();
    await buying.page.locator('[data-approval="REJECTED"]').getByText('Alasan: Not in this quarter').waitFor();
    expect(await buying.page.getByRole('button', { name: 'Konfirmasi pesanan' }).count()).toBe(0);
    expect(await buying.page.getByRole('button', { name: 'Batalkan pesanan' }).count()).toBe(1);
    expect(await violations(buying.page)).toEqual([]);
    expect([...buying.errors, ...deciding.errors]).toEqual([]);
    await Promise.all([buying.close(), deciding.close()]);
  });
});

/** Follows a link whose answer is a file: the browser opens a tab for it, and closes it again. */
async function save(page: Page, name: string): Promise<Download> {
  const saved = new Promise<Download>((resolve) => {
    page.once('download', resolve);
    page.context().once('page', (tab) => tab.once('download', resolve));
  });
  await page.getByRole('link', { name }).click();
  return saved;
}

describe.skipIf(!hasChromium)('documents on the page (needs chromium)', () => {
  test('a buyer saves the documents of a booked order, in English and in Indonesian', async () => {
    const id = addOrganization(stage.app.sandbox, '1001', { name: 'PT Maju Jaya Sentosa' });
    const entry = await stage.entry(id, 'PT Maju Jaya Sentosa');
    const client = createTestClient(stage.app.url, entry.token);
    const order = await purchase(stage.app, client, id, { agent_extra: '2' });
    const { page, errors, close } = await stage.open([entry], `/?orderId=${order.id}`);
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
    expect(await page.locator('.documents a').allInnerTexts()).toEqual([
      'Booked invoice (PDF)',
      'Payment receipt (PDF)',
      'Quotation (PDF)',
    ]);
    expect(await violations(page)).toEqual([]);
    const download = await save(page, 'Booked invoice (PDF)');
    expect(download.suggestedFilename()).toBe(`booked-invoice-${order.number}.pdf`);
    const text = await textOf(await readFile(await download.path()));
    expect(text).toContain(order.paidInvoiceNumber);
    await page.getByRole('button', { name: 'Bahasa Indonesia' }).click();
    await page.getByRole('link', { name: 'Bukti pembayaran (PDF)' }).waitFor();
    await page.getByRole('link', { name: 'Lihat bukti pembayaran' }).click();
    await page.getByRole('heading', { name: 'Dokumen' }).waitFor();
    expect(await page.locator('.documents a').first().innerText()).toBe('Invoice terbukukan (PDF)');
    expect(errors).toEqual([]);
    await close();
  });

  test('a draft has its quotation on the review, and a confirmed order keeps it', async () => {
    const id = addOrganization(stage.app.sandbox, '1001', { name: 'PT Maju Jaya Sentosa' });
    const entry = await stage.entry(id, 'PT Maju Jaya Sentosa');
    const client = createTestClient(stage.app.url, entry.token);
    const draft = await createOrder(client, id, { agent_extra: '2' });
    const { page, errors, close } = await stage.open([entry], `/?orderId=${draft.id}`);
    const link = page.getByRole('link', { name: 'Quotation (PDF)' });
    const download = await save(page, 'Quotation (PDF)');
    const text = await textOf(await readFile(await download.path()));
    expect(text).toContain('Rp250.000');
    await confirmOrder(client, draft);
    await page.reload();
    await page.locator('[data-order-status="PENDING_PAYMENT"]').waitFor();
    expect(await link.count()).toBe(1);
    expect(errors).toEqual([]);
    await close();
  });
});
