import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CreateTopupOrderDocument,
  HiddenTopupOptionsDocument,
  TopupOptionsDocument,
} from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase, toItems } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

/** The page of an organization as its admin sees it: code, how to choose, from how many, at what price. */
async function page(organizationId: string): Promise<string> {
  const admin = await app.client({ organization_id: organizationId });
  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  return (topupOptions ?? [])
    .map(({ code, input, minimum, unitPrice }) => `${code} ${input} from ${minimum} at ${unitPrice.amount}`)
    .join('\n');
}

test('everything: an organization with WhatsApp, voice and AI sees all rows', async () => {
  expect(await page('1001')).toMatchInlineSnapshot(`
    "wa_balance AMOUNT from 1000000 at 1
    muv CHOICE from 500 at 600
    agent_extra QUANTITY from 1 at 125000
    voice_call_extra AMOUNT from 500000 at 1
    chatbot_ai_extra QUANTITY from 1 at 450000"
  `);
});

test('voice: neither WhatsApp nor AI', async () => {
  expect(await page('1002')).toMatchInlineSnapshot(`
    "muv CHOICE from 500 at 600
    agent_extra QUANTITY from 1 at 125000
    voice_call_extra AMOUNT from 500000 at 1"
  `);
});

test('AI, with an MCC minimum: no voice', async () => {
  expect(await page('1004')).toMatchInlineSnapshot(`
    "wa_balance AMOUNT from 2500000 at 1
    muv CHOICE from 500 at 600
    agent_extra QUANTITY from 1 at 125000
    chatbot_ai_extra QUANTITY from 1 at 450000"
  `);
});

test('neither voice nor AI', async () => {
  expect(await page('1006')).toMatchInlineSnapshot(`
    "wa_balance AMOUNT from 1000000 at 1
    muv CHOICE from 500 at 600
    agent_extra QUANTITY from 1 at 125000"
  `);
});

test('unlimited visitors: no row for visitors', async () => {
  expect(await page('1003')).toMatchInlineSnapshot(`
    "wa_balance AMOUNT from 1000000 at 1
    agent_extra QUANTITY from 1 at 125000"
  `);
});

test('billing version V2, and not enrolled: nothing', async () => {
  expect(await page('1005')).toBe('');
  expect(await page('1007')).toBe('');
});

test('every row of the catalogue is either shown or hidden with a reason, never both', async () => {
  const support = await app.client({ scope: 'topup:support' });
  const catalogue = await app.db.query<{ code: string }>('select code from topup_configurations');
  for (const organizationId of ['1001', '1002', '1003', '1004', '1006']) {
    const { topupOptions } = await support.query(TopupOptionsDocument, { organizationId });
    const { hiddenTopupOptions } = await support.query(HiddenTopupOptionsDocument, { organizationId });
    const allCodes = [...(topupOptions ?? []), ...(hiddenTopupOptions ?? [])].map(({ code }) => code);
    expect(allCodes.toSorted(), organizationId).toEqual(catalogue.map(({ code }) => code).toSorted());
  }
});

test('each buys what it sees, and nothing that it does not see', async () => {
  const bought = { '1001': 'chatbot_ai_extra', '1002': 'voice_call_extra', '1006': 'wa_balance' };
  const least = { chatbot_ai_extra: '1', voice_call_extra: '500000', wa_balance: '1000000' };
  for (const [organizationId, code] of Object.entries(bought)) {
    const admin = await app.client({ organization_id: organizationId });
    await purchase(app, admin, organizationId, { [code]: least[code as keyof typeof least] });
  }
  const voice = await app.client({ organization_id: '1002' });
  const { createTopupOrder } = await voice.query(CreateTopupOrderDocument, {
    input: { items: toItems('1002', { wa_balance: '1000000', chatbot_ai_extra: '1' }), idempotencyKey: 'unseen' },
  });
  expect(createTopupOrder?.userErrors.map(({ code }) => code)).toEqual(['OPTION_UNAVAILABLE', 'OPTION_UNAVAILABLE']);
  expect(await ledgerTable(app.db)).toBe(
    [
      'organization | quota            | kind  | quantity | period | unit_price | amount',
      '1001         | chatbot_ai_extra | TOPUP | 1000     |        | 450000     | 450000',
      '1002         | voice_call_extra | TOPUP | 500000   |        | 1          | 500000',
      '1006         | wa_balance       | TOPUP | 1000000  |        | 1          | 1000000',
    ].join('\n'),
  );
});
