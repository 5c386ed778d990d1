import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNeighbour, type Neighbour } from '../../../src/clients/http.ts';
import { createHubCore, type HubCore } from '../../../src/clients/hub-core.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

const NOW = new Date('2026-11-22T03:04:05.678Z');
let server: TinyServer;
let neighbour: Neighbour;
let hubCore: HubCore;

const idsOf = (path: string) => new URL(path, server.url).searchParams.get('ids')?.split(',') ?? [];
const row = (id: string) => ({ id, name: `PT ${id}`, billing_version: 'v3', settings: {} });

beforeEach(async () => {
  server = await startTinyServer();
  const credentials = { clientId: 'us', clientSecret: 'hush' };
  neighbour = createNeighbour({
    name: 'hub-core',
    baseUrl: server.url,
    credentials,
    timeoutMs: 5000,
    clock: { now: () => NOW },
  });
  hubCore = createHubCore(neighbour, { now: () => NOW });
  server.answerWith((response, { path }) => response.end(JSON.stringify({ data: idsOf(path).map(row) })));
});
afterEach(async () => {
  neighbour.close();
  await server.close();
});

test('every organization carries the time of its call', async () => {
  const found = await hubCore.organizations(['1001', '1002']);
  expect([...found.values()]).toMatchObject([
    { id: '1001', asOf: NOW },
    { id: '1002', asOf: NOW },
  ]);
});

test.each([
  [{}, { locale: null, taxNumber: null, address: null }],
  [
    { locale: 'en', tax_number: ' 01.234 ', address: 'Jl. Merdeka 1\n Jakarta' },
    { locale: 'en', taxNumber: '01.234', address: 'Jl. Merdeka 1 Jakarta' },
  ],
  [
    { npwp: '02.345', billing_contacts: [{ name: 'F', email: 'f@example.test', locale: 'en-GB' }] },
    { locale: 'en-GB', taxNumber: '02.345', address: null },
  ],
  [
    { locale: 7, tax_number: {}, address: ['x'] },
    { locale: null, taxNumber: null, address: null },
  ],
  [
    { locale: null, tax_number: '\u202e', address: '' },
    { locale: null, taxNumber: null, address: null },
  ],
])('the details for documents of %j are %j', async (members, details) => {
  server.answerWith((response) => response.end(JSON.stringify({ data: [{ ...row('1001'), ...members }] })));
  expect((await hubCore.organizations(['1001'])).get('1001')).toMatchObject({ id: '1001', details });
});

test.each(['', 'a,b', '1001&ids=1002', '../admin', 'x'.repeat(65), '10 01', '1001\u0000'])(
  '%j is not an organization id: hub-core gets no call for it, and the others do',
  async (id) => {
    expect([...(await hubCore.organizations([id, '1001'])).keys()]).toEqual(['1001']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v1/organizations?ids=1001']);
    expect((await hubCore.organizations([id])).size).toBe(0);
    expect(server.requests).toHaveLength(1);
  },
);

test.each([400, 404, 414, 422])('an organization that breaks its batch with a %s fails alone', async (status) => {
  server.answerWith((response, { path }) => {
    if (idsOf(path).includes('spoils')) response.writeHead(status).end();
    else response.end(JSON.stringify({ data: idsOf(path).map(row) }));
  });
  const ids = [...Array.from({ length: 99 }, (_, index) => String(1000 + index)), 'spoils'];
  const found = await hubCore.organizations(ids);
  expect(found.get('spoils')).toMatchObject({ kind: 'rejected', status });
  expect([...found.keys()].toSorted()).toEqual(ids.toSorted());
  // Two calls for each time that a hundred can be halved, and the first.
  expect(server.requests.length).toBeLessThanOrEqual(15);
});

test.each([401, 403, 429, 500])('a %s concerns the whole call: there are no calls one by one', async (status) => {
  server.answerWith((response) => response.writeHead(status).end());
  await expect(hubCore.organizations(['1001', '1002', '1003'])).rejects.toMatchObject({ status });
  expect(server.requests).toHaveLength(1);
});

test('a row without an id leaves the others alone', async () => {
  server.answerWith((response) => response.end(JSON.stringify({ data: [{ id: 7 }, null, 'x', row('1001')] })));
  expect([...(await hubCore.organizations(['1001', '1002'])).keys()]).toEqual(['1001']);
});

test('organizations that are too many for one answer are fetched in smaller batches', async () => {
  const large = 'x'.repeat(30_000);
  server.answerWith((response, { path }) =>
    response.end(JSON.stringify({ data: idsOf(path).map((id) => ({ ...row(id), name: large })) })),
  );
  const ids = Array.from({ length: 100 }, (_, index) => String(1000 + index));
  const found = await hubCore.organizations(ids);
  expect([...found.values()].every((value) => 'name' in value && value.name === large)).toBe(true);
});

test('a hub-core that rejects everything gets no call for each of a hundred', async () => {
  server.answerWith((response) => response.writeHead(404).end());
  const ids = Array.from({ length: 100 }, (_, index) => String(1000 + index));
  const found = await hubCore.organizations(ids);
  expect([...found.values()].every((value) => 'status' in value && value.status === 404)).toBe(true);
  expect(found.size).toBe(100);
  // Twelve times two halves, and the whole.
  expect(server.requests).toHaveLength(25);
});

test.each(['9007199254740993', '120.00000000000000001'])(
  'a quantity of %s is never rounded: the excess is unknown',
  async (quantity) => {
    const excess = `[{"key":"muv","period":"2026-11","quantity":${quantity}}]`;
    server.answerWith((response) =>
      response.end(`{"data":[${JSON.stringify(row('1001')).slice(0, -1)},"excess":${excess}}]}`),
    );
    const found = await hubCore.organizations(['1001']);
    expect(found.get('1001')).toMatchObject({ excess: [], unknownExcess: ['muv'] });
  },
);
