import { expect } from 'vitest';
import type { Organization } from '../../../sandbox/index.ts';
import { test } from './sandbox-test.ts';
import { control, dataOf, errorOf, signedFetch } from './signed-fetch.ts';

test("hub-core answers known ids once each, in an order other than the request's", async ({ sandbox }) => {
  const url = `${sandbox.hubCore.url}/api/v1/organizations?ids=1001,9999,1003,1001,1002`;
  const organizations = await dataOf<Organization[]>(await signedFetch(sandbox, url));
  expect(organizations.map(({ id }) => id)).toEqual(['1002', '1003', '1001']);
});

test('hub-core refuses more than a hundred ids, an empty list, and unknown parameters', async ({ sandbox }) => {
  const ask = async (query: string) =>
    errorOf(await signedFetch(sandbox, `${sandbox.hubCore.url}/api/v1/organizations${query}`));
  const ids = Array.from({ length: 101 }, (_, index) => index + 1);
  expect(await ask(`?ids=${ids.join(',')}`)).toMatchObject({ status: 400, fields: ['ids'] });
  expect(await ask('')).toMatchObject({ status: 400, fields: ['ids'] });
  expect(await ask('?ids=1001,')).toMatchObject({ status: 400, fields: ['ids'] });
  expect(await ask('?ids=1001&include=all')).toMatchObject({ status: 400, fields: ['include'] });
  expect(await ask('?ids=1001&ids=1002')).toMatchObject({ status: 400, fields: ['ids'] });
});

test('the seed follows the clock, on the Jakarta calendar', async ({ start }) => {
  const sandbox = await start({ clock: () => new Date('2026-12-31T18:00:00Z') });
  expect(sandbox.hubCore.organizations.get('1001')?.contract).toEqual({
    start_date: '2027-01-01',
    end_date: '2028-12-31',
  });
  expect(sandbox.hubCore.organizations.get('1004')?.excess).toContainEqual({
    key: 'muv_excess',
    period: '2027-01',
    quantity: 120,
  });
  expect(sandbox.hubCore.organizations.get('1006')).not.toHaveProperty('contract');
});

test('an organization is patched and deleted, in process and over HTTP', async ({ sandbox }) => {
  const { organizations, url } = sandbox.hubCore;
  organizations.patch('1001', { components: null, settings: { mcc: { minimum_value: 5 } } });
  expect(organizations.get('1001')).toMatchObject({
    settings: { bifrost_new_topup: true, mcc: { is_enabled: false, minimum_value: 5 } },
  });
  expect(organizations.get('1001')).not.toHaveProperty('components');
  const patched = await control(`${url}/_sandbox/organizations/2001`, 'PUT', { name: 'PT Baru', contract: null });
  expect(await dataOf(patched)).toEqual({ id: '2001', name: 'PT Baru' });
  expect((await control(`${url}/_sandbox/organizations/1002`, 'DELETE')).status).toBe(204);
  expect(organizations.get('1002')).toBeUndefined();
});

test('Mekari Billing serves the current state of the package; 404 for an unknown one', async ({ sandbox }) => {
  const { mekariBilling } = sandbox;
  const get = (id: string) => signedFetch(sandbox, `${mekariBilling.url}/api/v4/packages/${id}`);
  expect(await dataOf(await get('pkg-muv'))).toEqual({
    id: 'pkg-muv',
    code: 'MUV',
    name: 'Monthly unique visitors',
    price: '600',
    currency: 'IDR',
  });
  mekariBilling.setPrice('pkg-muv', '650');
  expect(await dataOf(await get('pkg-muv'))).toMatchObject({ price: '650', code: 'MUV' });
  await control(`${mekariBilling.url}/_sandbox/packages/pkg-muv`, 'PUT', { price: '700' });
  expect(await dataOf(await get('pkg-muv'))).toMatchObject({ price: '700', code: 'MUV' });
  await control(`${mekariBilling.url}/_sandbox/packages/pkg-muv`, 'DELETE');
  expect(await errorOf(await get('pkg-muv'))).toMatchObject({ status: 404, code: 'package_not_found' });
  const numeric = await control(`${mekariBilling.url}/_sandbox/packages/pkg-wa`, 'PUT', { price: 700 });
  expect(await errorOf(numeric)).toMatchObject({ status: 422, fields: ['price'] });
});
