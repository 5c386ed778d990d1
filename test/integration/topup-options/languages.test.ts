import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyCatalogue, checkCatalogue, showCatalogue } from '../../../src/topup-options/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  const { rows, faults } = checkCatalogue([
    {
      code: 'muv',
      label: { id: 'Pengunjung, {{mekari_billing}}', en: 'Visitors, {{mekari_billing}}' },
      description: { id: 'Per pengunjung.' },
      package_id: 'pkg-muv',
      option_value: { input: 'CHOICE', choices: [500] },
      quota_type: 'monthly',
      billing_version_for_pi: 'v3',
      is_fixed_cost: false,
      excess_key: 'muv_excess',
      excess_package_id: 'pkg-muv-excess',
    },
    {
      code: 'agent_extra',
      label: 'Users',
      package_id: 'pkg-agent',
      option_value: { input: 'QUANTITY', minimum: 1 },
      quota_type: 'contract',
      billing_version_for_pi: 'v3',
      is_fixed_cost: false,
    },
  ]);
  expect(faults).toEqual([]);
  await applyCatalogue(app.database, rows, new Date());
  await app.services.catalogue.rowsNow();
});
afterAll(() => app.close());

const LABELS = `query {
  topupOrganization {
    topupOptions { code text: label id: label(language: ID) en: label(language: EN)
      described: description describedId: description(language: ID) describedEn: description(language: EN) }
    excessUsages { text: label id: label(language: ID) }
    quotaBalances { code text: label id: label(language: ID) }
  }
}`;
const LINES = `query ($id: ID!) { topupOrder(id: $id) { lines { kind text: label id: label(language: ID) en: label(language: EN) } } }`;

test('a label has its language, or English, or the one text that there is; an order keeps both', async () => {
  const id = addOrganization(app.sandbox, '1001', { excess: [{ key: 'muv_excess', period: '2026-10', quantity: 2 }] });
  const client = await app.client({ organization_id: id });
  const { topupOrganization: page } = await client.query(LABELS);
  const ofCode = (rows: { code: string }[], code: string) => rows.find((row) => row.code === code);
  expect(ofCode(page.topupOptions, 'muv')).toEqual({
    code: 'muv',
    text: 'Visitors, Rp600',
    id: 'Pengunjung, Rp600',
    en: 'Visitors, Rp600',
    described: 'Per pengunjung.',
    describedId: 'Per pengunjung.',
    describedEn: 'Per pengunjung.',
  });
  expect(ofCode(page.topupOptions, 'agent_extra')).toMatchObject({ text: 'Users', id: 'Users', en: 'Users' });
  expect(page.excessUsages).toEqual([{ text: 'Visitors, Rp750', id: 'Pengunjung, Rp750' }]);
  // A balance has no price.
  expect(ofCode(page.quotaBalances, 'muv')).toEqual({ code: 'muv', text: 'Visitors, –', id: 'Pengunjung, –' });

  const order = await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
  await app.changeCatalogue(
    `update topup_configurations set label = 'New', label_translations = null where code = 'muv'`,
  );
  const { topupOrder } = await client.query(LINES, { id: order.id });
  expect(topupOrder.lines).toEqual([
    { kind: 'EXCESS', text: 'Visitors, Rp750', id: 'Pengunjung, Rp750', en: 'Visitors, Rp750' },
    { kind: 'TOPUP', text: 'Visitors, Rp600', id: 'Pengunjung, Rp600', en: 'Visitors, Rp600' },
  ]);
});

test('the catalogue is shown in the form in which it is applied', async () => {
  await app.changeCatalogue(
    `update topup_configurations set label = 'B', label_translations = '{"id": "A", "en": "B"}' where code = 'agent_extra'`,
  );
  const shown = JSON.parse(JSON.stringify(await showCatalogue(app.database)));
  expect(shown.find((row: { code: string }) => row.code === 'agent_extra').label).toEqual({ id: 'A', en: 'B' });
  const { rows, faults } = checkCatalogue(shown);
  expect(faults).toEqual([]);
  await applyCatalogue(app.database, rows, new Date());
  expect(JSON.parse(JSON.stringify(await showCatalogue(app.database)))).toEqual(shown);
});
