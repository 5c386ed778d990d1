import { expect } from 'vitest';
import type { Fault, Sandbox } from '../../../sandbox/index.ts';
import { invoiceBody, postInvoice } from './invoice-body.ts';
import { test } from './sandbox-test.ts';
import { control, dataOf, errorOf, signedFetch } from './signed-fetch.ts';

const packageUrl = (sandbox: Sandbox, id = 'pkg-muv') => `${sandbox.mekariBilling.url}/api/v4/packages/${id}`;
const getPackage = (sandbox: Sandbox, id?: string) => signedFetch(sandbox, packageUrl(sandbox, id));

test('status answers with Retry-After, as many times as set', async ({ sandbox }) => {
  sandbox.mekariBilling.faults.set([
    { kind: 'status', status: 429, retryAfterSeconds: 7, times: 1 },
    { kind: 'status', times: 1 },
  ]);
  const limited = await getPackage(sandbox);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await getPackage(sandbox)).status).toBe(500);
  expect((await getPackage(sandbox)).status).toBe(200);
  expect(sandbox.mekariBilling.faults.list()).toEqual([]);
  expect(sandbox.mekariBilling.requests().map(({ status, fault }) => [status, fault])).toEqual([
    [429, 'status'],
    [500, 'status'],
    [200, null],
  ]);
});

test('a match applies to its calls only', async ({ sandbox }) => {
  sandbox.mekariBilling.faults.set([{ kind: 'status', status: 503, match: { method: 'get', path: 'pkg-ai' } }]);
  expect((await getPackage(sandbox)).status).toBe(200);
  expect((await getPackage(sandbox, 'pkg-ai')).status).toBe(503);
  expect((await getPackage(sandbox, 'pkg-ai-excess')).status).toBe(503);
});

test('a match by a part of the body applies to calls that contain it only', async ({ sandbox }) => {
  sandbox.mekariPay.faults.set([{ kind: 'status', status: 422, match: { body: '"external_id":"TU-POISON"' } }]);
  const poison = invoiceBody({ external_id: 'TU-POISON' });
  expect((await postInvoice(sandbox, poison, { key: 'one' })).status).toBe(422);
  expect((await postInvoice(sandbox, invoiceBody(), { key: 'two' })).status).toBe(201);
  expect(sandbox.mekariPay.requestCount({ body: 'TU-POISON' })).toBe(1);
  // A call without a body holds nothing.
  sandbox.mekariBilling.faults.set([{ kind: 'status', status: 422, match: { body: 'pkg' } }]);
  expect((await getPackage(sandbox)).status).toBe(200);
});

test('reset breaks the connection before any work, drop-answer after it', async ({ sandbox }) => {
  sandbox.mekariPay.faults.set([{ kind: 'reset', times: 1 }]);
  await expect(postInvoice(sandbox, {}, { key: 'one' })).rejects.toThrow();
  expect(sandbox.mekariPay.invoices()).toHaveLength(0);

  sandbox.mekariPay.faults.set([{ kind: 'drop-answer', times: 1 }]);
  const body = invoiceBody();
  await expect(postInvoice(sandbox, body, { key: 'one' })).rejects.toThrow();
  expect(sandbox.mekariPay.invoices()).toHaveLength(1);
  expect((await postInvoice(sandbox, body, { key: 'one' })).status).toBe(200);
  expect(sandbox.mekariPay.invoices()).toHaveLength(1);
  expect(sandbox.mekariPay.requests().map(({ status }) => status)).toEqual([null, null, 200]);
});

for (const kind of ['hang', 'latency'] as const) {
  test(`${kind} delays one call and not the next, until the sandbox stops`, async ({ sandbox }) => {
    sandbox.mekariBilling.faults.set([{ kind, times: 1, ...(kind === 'latency' && { latencyMs: 600_000 }) }]);
    const held = getPackage(sandbox);
    const outcome = held.then(
      () => 'answered',
      () => 'broken',
    );
    await sandbox.mekariBilling.waitForRequest({ path: 'pkg-muv' });
    expect((await getPackage(sandbox)).status).toBe(200);
    await sandbox.stop();
    expect(await outcome).toBe('broken');
  });
}

test('latency answers after its delay', async ({ sandbox }) => {
  sandbox.mekariBilling.faults.set([{ kind: 'latency', latencyMs: 1 }]);
  expect(await dataOf(await getPackage(sandbox))).toMatchObject({ price: '600' });
});

test('slow-drip answers byte by byte', async ({ sandbox }) => {
  sandbox.mekariBilling.faults.set([{ kind: 'slow-drip' }]);
  const response = await getPackage(sandbox);
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value).toHaveLength(1);
  await reader?.cancel();
});

test('malformed answers are served as set', async ({ sandbox }) => {
  const under = async (fault: Fault) => {
    sandbox.mekariBilling.faults.set([fault]);
    return getPackage(sandbox);
  };
  const page = await under({ kind: 'wrong-content-type' });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const truncated = await (await under({ kind: 'truncated-json' })).text();
  expect(truncated).toMatch(/^\{"data":\{"id":"pkg-muv"/);
  expect(() => JSON.parse(truncated)).toThrow();
  expect(await (await under({ kind: 'wrong-shape' })).json()).toEqual({ data: { unexpected: true } });
  expect((await (await under({ kind: 'huge-body' })).text()).length).toBeGreaterThan(10 * 1024 * 1024);
  const redirect = await under({ kind: 'redirect' });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/redirected']);
});

test('invalid prices are served as set', async ({ sandbox }) => {
  const under = async (kind: Fault['kind']) => {
    sandbox.mekariBilling.faults.set([{ kind }]);
    return dataOf(await getPackage(sandbox));
  };
  expect(await under('wrong-currency')).toMatchObject({ price: '600', currency: 'USD' });
  expect(await under('negative-price')).toMatchObject({ price: '-600' });
  expect(await under('absurd-price')).toMatchObject({ price: '999999999999999999999' });
  expect(await under('fractional-price')).toMatchObject({ price: '600.5' });
  expect((await getPackage(sandbox, 'unknown')).status).toBe(404);
});

test('switches work over HTTP, unsigned and unaffected by the faults that they set', async ({ sandbox }) => {
  const { url } = sandbox.hubCore;
  const faults: Fault[] = [{ kind: 'status', status: 503, times: 2 }];
  expect(await dataOf(await control(`${url}/_sandbox/faults`, 'PUT', faults))).toEqual(faults);
  expect((await signedFetch(sandbox, `${url}/api/v1/organizations?ids=1001`)).status).toBe(503);
  expect(await dataOf(await control(`${url}/_sandbox/faults`))).toEqual([{ kind: 'status', status: 503, times: 1 }]);
  await control(`${url}/_sandbox/faults`, 'PUT', []);
  expect((await signedFetch(sandbox, `${url}/api/v1/organizations?ids=1001`)).status).toBe(200);
  expect(await (await control(`${url}/_sandbox/requests`)).json()).toMatchObject({
    total: 2,
    data: [{ status: 503 }, { status: 200 }],
  });
  expect((await control(`${url}/_sandbox/requests`, 'DELETE')).status).toBe(204);
  expect(sandbox.hubCore.requestCount()).toBe(0);
});

test('an invalid fault is refused by name', async ({ sandbox }) => {
  const put = async (fault: unknown) =>
    errorOf(await control(`${sandbox.hubCore.url}/_sandbox/faults`, 'PUT', [fault]));
  expect(await put({ kind: 'explode' })).toMatchObject({ status: 422, fields: ['[0].kind'] });
  expect(await put({ kind: 'latency' })).toMatchObject({ status: 422, fields: ['[0].latencyMs'] });
  expect(await put({ kind: 'status', tims: 1 })).toMatchObject({ status: 422, fields: ['[0].tims'] });
  expect(await put({ kind: 'negative-price' })).toMatchObject({ status: 422, fields: ['[0].kind'] });
});
