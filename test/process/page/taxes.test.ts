import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { violations } from './inspect.ts';
import { hasChromium, type Stage, startStage } from './stage.ts';

const TAXES = [
  { code: 'PPN', rate: '0.11', kind: 'VAT', included: false },
  { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' },
];

let stage: Stage;

beforeAll(async () => {
  if (!hasChromium) return;
  stage = await startStage();
  await stage.app.changeCatalogue(`update topup_configurations set taxes = $1 where code = 'agent_extra'`, [
    JSON.stringify(TAXES),
  ]);
});

afterAll(async () => {
  if (hasChromium) await stage.close();
});

describe.skipIf(!hasChromium)('taxes on the page (needs chromium)', () => {
  test('a buyer who withholds sees VAT, what is kept back and what is left, and pays what the dialog names', async () => {
    const id = addOrganization(stage.app.sandbox, '1001', { name: 'PT Maju Jaya Sentosa' });
    const { page, errors, close } = await stage.open([await stage.entry(id, 'PT Maju Jaya Sentosa')], '/');
    expect(await page.getByRole('checkbox').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Users', exact: true }).fill('8');
    await page.getByText('Without VAT, which your review adds.').waitFor();
    await page.getByRole('checkbox', { name: /^Our company withholds PPh 23/ }).check();
    await page.getByRole('button', { name: 'Review order' }).click();
    await page.getByRole('heading', { name: 'Review order' }).waitFor();
    expect(await violations(page)).toEqual([]);
    const rows = await page.locator('tfoot tr').allInnerTexts();
    expect(rows.map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
      'VAT (PPN) Rp110.000',
      'Order total Rp1.110.000',
      'PPh 23 that you withhold −Rp20.000',
      'Total to pay Rp1.090.000',
    ]);
    await page.getByRole('button', { name: 'Confirm order' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pay Rp1.090.000' }).click();
    await page.locator('[data-order-status="PENDING_PAYMENT"]').waitFor();
    const orderId = new URL(page.url()).searchParams.get('orderId');
    const [order] = await stage.app.db.query<{ number: string }>('select number from topup_orders where id = $1', [
      orderId,
    ]);
    expect(stage.app.sandbox.mekariPay.invoices(order?.number ?? '')).toMatchObject([{ amount: 1_090_000 }]);
    expect(errors).toEqual([]);
    await close();
  });
});
