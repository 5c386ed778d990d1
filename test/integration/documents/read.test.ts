import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { formatInstant } from '../../../src/fulfilment/index.ts';
import { approvePayment, reportOrder } from '../../../src/operators/index.ts';
import { CreateDocumentedOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { documentsOf, follow, linkTo } from '../../support/app/documents.ts';
import { addMakers } from '../../support/app/makers.ts';
import { tryConfirm, trySubmit } from '../../support/app/mutations.ts';
import { decisionParts } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  createOrder,
  payUntilReview,
  purchase,
  readOrder,
  toItems,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';
import { textOf } from '../../support/tools/pdf-text.ts';

const time = movableClock();
let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
  admin = await app.client({ organization_id: '1001', expires_in: 86_400 });
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const kinds = async (id: string) => (await documentsOf(admin, id)).map(({ kind }) => kind);
const read = async (id: string, kind: Parameters<typeof linkTo>[2]) => {
  const { status, bytes } = await follow(app, await linkTo(admin, id, kind));
  if (status !== 200) throw new Error(`${kind}: ${status} ${bytes}`);
  return bytes;
};

const rename = (label: string) =>
  app.changeCatalogue(
    `update topup_configurations set label = $1, label_translations = null where code = 'agent_extra'`,
    [label],
  );

test('a draft has a quotation, a paid order a receipt, a booked one an invoice with the number of its PI', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '2', wa_balance: '1000000' });
  expect(await kinds(draft.id)).toEqual(['QUOTATION']);
  const quotation = await textOf(await read(draft.id, 'QUOTATION'));
  for (const part of ['Penawaran Harga', draft.number, 'Rp1.250.000', 'Pengguna', 'Rp125.000', 'PT Maju Jaya Sentosa'])
    expect(quotation).toContain(part);

  await app.sandbox.moderator.refuse();
  const pending = await confirmOrder(admin, draft);
  await app.sandbox.mekariPay.pay(pending.number);
  await untilStatus(admin, draft.id, 'PAID');
  expect(await kinds(draft.id)).toEqual(['RECEIPT', 'QUOTATION']);
  const receipt = await textOf(await read(draft.id, 'RECEIPT'));
  for (const part of ['Bukti Pembayaran', draft.number, 'Jumlah diterima Rp1.250.000']) expect(receipt).toContain(part);

  await app.sandbox.moderator.accept();
  await app.db.query('update graphile_worker._private_jobs set run_at = now()');
  const { paidInvoiceNumber } = await untilStatus(admin, draft.id, 'COMPLETED');
  expect(await kinds(draft.id)).toEqual(['BOOKED_INVOICE', 'RECEIPT', 'QUOTATION']);
  const invoice = await textOf(await read(draft.id, 'BOOKED_INVOICE'));
  for (const part of ['Invoice Terbukukan', paidInvoiceNumber ?? '?', 'Rp1.250.000']) expect(invoice).toContain(part);
  expect(await textOf(await read(draft.id, 'RECEIPT'))).toBe(receipt);
});

test('a receipt that is made after the booking does not name the PI', async () => {
  const { id, paidInvoiceNumber } = await purchase(app, admin, '1001', { agent_extra: '1' });
  expect(await textOf(await read(id, 'RECEIPT'))).not.toContain(paidInvoiceNumber);
});

test('the same bytes for everybody, made once, whatever changes afterwards', async () => {
  const organizationId = addOrganization(app.sandbox, '1001', { name: 'PT Lama', address: 'Jl. Merdeka 1' });
  const client = await app.client({ organization_id: organizationId, expires_in: 86_400 });
  const draft = await createOrder(client, organizationId, { agent_extra: '2' });
  const link = await linkTo(client, draft.id, 'QUOTATION');
  const answers = await Promise.all(Array.from({ length: 12 }, () => follow(app, link)));
  expect(new Set(answers.map(({ status, bytes }) => `${status} ${bytes.toString('base64')}`)).size).toBe(1);
  const [first] = answers;
  expect(first?.status).toBe(200);
  const rows = await app.db.query<{ hash: string }>(
    'select content_hash as hash from order_documents where order_id = $1',
    [draft.id],
  );
  expect(rows).toEqual([
    {
      hash: createHash('sha256')
        .update(first?.bytes ?? '')
        .digest('hex'),
    },
  ]);

  const model = app.sandbox.hubCore.organizations.get(organizationId);
  if (model === undefined) throw new Error('the organization is not there');
  app.sandbox.hubCore.organizations.set({ ...model, name: 'PT Baru', address: 'Jl. Lain 2' });
  await rename('Kursi');
  time.advance(3600);
  const again = await follow(app, await linkTo(client, draft.id, 'QUOTATION'));
  expect(again.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
  // Also a document that is made only now has the facts of its time.
  const other = await purchase(app, client, organizationId, { agent_extra: '1' });
  app.sandbox.hubCore.organizations.set({ ...model, name: 'PT Ketiga' });
  await rename('Bangku');
  const receipt = await textOf((await follow(app, await linkTo(client, other.id, 'RECEIPT'))).bytes);
  expect(receipt).toContain('PT Baru');
  expect(receipt).toContain('Kursi');
  await rename('Users');
});

test('two replicas that make a document at once answer the same one', async () => {
  const other = await startApp({ clock: time.clock, shared: { db: app.db, sandbox: app.sandbox } });
  try {
    for (const round of [1, 2, 3]) {
      const draft = await createOrder(admin, '1001', { agent_extra: String(round) });
      const link = await linkTo(admin, draft.id, 'QUOTATION');
      const [one, two] = await Promise.all([follow(app, link), follow(other, link)]);
      expect([one.status, two.status]).toEqual([200, 200]);
      expect(one.bytes.equals(two.bytes)).toBe(true);
    }
  } finally {
    await other.close();
  }
});

test('each quote has its own quotation, also if nobody has read it before the next one', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '2' });
  const early = await createOrder(admin, '1001', { agent_extra: '3' });
  const read1 = await read(early.id, 'QUOTATION');
  const oldLink = await linkTo(admin, draft.id, 'QUOTATION');
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  time.advance(60);
  for (const each of [draft, early]) await tryConfirm(admin, each);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '140000');
  const requoted = await readOrder(admin, draft.id);
  await tryConfirm(admin, requoted);

  const documents = await documentsOf(admin, draft.id);
  expect(documents.map(({ kind }) => kind)).toEqual(['QUOTATION', 'QUOTATION', 'QUOTATION']);
  const texts = await Promise.all(documents.map(async ({ url }) => textOf((await follow(app, url)).bytes)));
  expect(texts.map((text) => /Total pesanan (Rp[\d.]+)/.exec(text)?.[1])).toEqual([
    'Rp280.000',
    'Rp260.000',
    'Rp250.000',
  ]);
  expect(texts.map((text) => /Nomor penawaran \S+\/(\d+)/.exec(text)?.[1])).toEqual(['3', '2', '1']);
  expect(await textOf((await follow(app, oldLink)).bytes)).toBe(texts[2]);
  const [, first] = await documentsOf(admin, early.id);
  expect((await follow(app, first?.url ?? '')).bytes.equals(read1)).toBe(true);
});

test('a draft that is submitted for approval has another quotation, valid for as long as it now is', async () => {
  const { id, maker } = await addMakers(app);
  const draft = await createOrder(maker, id, { wa_balance: '1000000', agent_extra: '2' });
  expect((await trySubmit(maker, draft.id)).userErrors).toEqual([]);
  const documents = await documentsOf(maker, draft.id);
  const texts = await Promise.all(documents.map(async ({ url }) => textOf((await follow(app, url)).bytes)));
  const after = (text: string) => /Berlaku sampai (.+? WIB)/.exec(text)?.[1];
  const { quoteExpiresAt } = await readOrder(maker, draft.id);
  expect(texts.map(after)).toEqual(
    [quoteExpiresAt, draft.quoteExpiresAt].map((at) => formatInstant(new Date(at), 'id')),
  );
  expect(texts.map((text) => text.includes('Rp1.250.000'))).toEqual([true, true]);
});

test('a payment that comes after the credit is in no receipt', async () => {
  const order = await purchase(app, admin, '1001', { agent_extra: '1' });
  await app.sandbox.mekariPay.payPart(order.number, { amount: 50_000 });
  await until(
    () => app.db.query('select from order_payments where order_id = $1', [order.id]),
    (rows) => rows.length === 2,
  );
  const text = await textOf(await read(order.id, 'RECEIPT'));
  expect(text).toContain('Jumlah diterima Rp125.000');
  expect(text).not.toContain('Rp50.000');
});

test('what an operator accepted as payment is on the receipt as it came in', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1' });
  const pending = await confirmOrder(admin, draft);
  await payUntilReview(app, admin, pending, { amount: 100_000 });
  expect(await kinds(draft.id)).toEqual(['QUOTATION']);
  const { received } = (await reportOrder(app.database, pending.number)).money;
  const decision = { actor: 'rina', reason: 'agreed by phone', received };
  await approvePayment({ ...decisionParts(app), clock: time.clock }, pending.number, decision);
  const text = await textOf(await read(draft.id, 'RECEIPT'));
  expect(text).toContain('Total pesanan Rp125.000');
  expect(text).toContain('Jumlah diterima Rp100.000 Jumlah ini kami terima sebagai pembayaran seluruh pesanan.');
});

test('the language, the NPWP, the address and the purchase order number are those of the order’s creation', async () => {
  const organizationId = addOrganization(app.sandbox, '1006', {
    locale: 'en-GB',
    tax_number: '01.234.567.8-901.000',
    address: 'Jl. Jenderal Sudirman Kav. 1\nJakarta 10220',
  });
  const client = await app.client({ organization_id: organizationId, expires_in: 86_400 });
  const input = {
    items: toItems(organizationId, { wa_balance: '5000000' }),
    idempotencyKey: randomUUID(),
    purchaseOrderNumber: ' PO-2026/11/0042 ',
  };
  const create = (changes: { purchaseOrderNumber?: string | null } = {}) =>
    client.query(CreateDocumentedOrderDocument, { input: { ...input, ...changes } });
  const { order } = (await create()).createTopupOrder ?? {};
  expect(order?.purchaseOrderNumber).toBe('PO-2026/11/0042');
  expect((await create()).createTopupOrder?.order?.id).toBe(order?.id);
  expect((await create({ purchaseOrderNumber: 'PO-2' })).createTopupOrder?.userErrors).toMatchObject([
    { code: 'IDEMPOTENCY_CONFLICT' },
  ]);
  const text = await textOf((await follow(app, await linkTo(client, order?.id ?? '', 'QUOTATION'))).bytes);
  for (const part of [
    'Quotation',
    'Tax number (NPWP) 01.234.567.8-901.000',
    'Address Jl. Jenderal Sudirman Kav. 1 Jakarta 10220',
    'Purchase order number PO-2026/11/0042',
    'Order total Rp5.000.000',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('Penawaran');
});

test('a purchase order number is 64 visible characters at most', async () => {
  for (const purchaseOrderNumber of ['x'.repeat(65), 'PO\n1', 'PO\u202e1']) {
    const input = { items: toItems('1001', { agent_extra: '1' }), idempotencyKey: randomUUID(), purchaseOrderNumber };
    const { errors } = await admin.send(CreateDocumentedOrderDocument, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
});

describe('taxes', () => {
  afterEach(() => app.changeCatalogue(`update topup_configurations set taxes = '[]'`));

  test('a receipt has the order’s own tax, withheld and paid amounts, each tax with its base', async () => {
    const taxes = [
      { code: 'PPN', rate: '0.11', kind: 'VAT', included: false },
      { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' },
    ];
    await app.changeCatalogue('update topup_configurations set taxes = $1 where code = $2', [
      JSON.stringify(taxes),
      'agent_extra',
    ]);
    const included = [{ code: 'PPN', rate: '0.11', kind: 'VAT', included: true }];
    await app.changeCatalogue('update topup_configurations set taxes = $1 where code = $2', [
      JSON.stringify(included),
      'wa_balance',
    ]);
    const input = {
      items: toItems('1001', { agent_extra: '2', wa_balance: '1110000' }),
      idempotencyKey: randomUUID(),
      withholding: 'PPH_23' as const,
    };
    const { order } = (await admin.query(CreateDocumentedOrderDocument, { input })).createTopupOrder ?? {};
    if (order == null) throw new Error('the order was refused');
    const { order: pending } = await tryConfirm(admin, await readOrder(admin, order.id));
    await app.sandbox.mekariPay.pay(pending?.number ?? '');
    await until(
      () => kinds(order.id),
      (each) => each.includes('RECEIPT'),
    );
    const text = await textOf(await read(order.id, 'RECEIPT'));
    // 2 × 125.000 with 11 % on top, of which 2 % are withheld; 11/111 of 1.110.000.
    for (const part of [
      'Subtotal Rp1.360.000',
      'PPN 11% · Pajak di atas harga · DPP Rp250.000 Rp27.500',
      'PPN 11% · Pajak yang sudah termasuk dalam harga · DPP Rp1.000.000 Rp110.000',
      'Total pesanan Rp1.387.500',
      'PPH_23 2% · Dipotong dan disetor oleh perusahaan Anda · DPP Rp250.000 -Rp5.000',
      'Jumlah yang dibayar Rp1.382.500',
      'Jumlah diterima Rp1.382.500',
    ])
      expect(text).toContain(part);
  });
});
