import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { createNeighbour } from '../../../src/clients/http.ts';
import { createHubCore } from '../../../src/clients/hub-core.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { OperatorRefusal, outstandingExcessAt, reportOrder } from '../../../src/operators/index.ts';
import { CreateTaxedOrderDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { refundSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import {
  confirmOrder,
  type Items,
  purchase,
  readOrder,
  toItems,
  until,
  untilStatus,
} from '../../support/app/purchase.ts';
import { alerts, balances } from '../../support/app/webhook.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;
let hubCore: ReturnType<typeof createNeighbour>;

beforeAll(async () => {
  app = await startApp();
  const environment = app.sandbox.environment();
  const credentials = {
    clientId: environment['MEKARI_CLIENT_ID'] ?? '',
    clientSecret: environment['MEKARI_CLIENT_SECRET'] ?? '',
  };
  const baseUrl = environment['HUB_CORE_URL'] ?? '';
  hubCore = createNeighbour({ name: 'hub-core', baseUrl, credentials, timeoutMs: 3000, clock: systemClock });
});

afterEach(() => app.sandbox.reset());
afterAll(async () => {
  hubCore.close();
  await app.close();
});

const PPH_23 = { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' };

async function tax(rows: Record<string, unknown[]>): Promise<void> {
  for (const [code, taxes] of Object.entries(rows))
    await app.changeCatalogue('update topup_configurations set taxes = $2 where code = $1', [
      code,
      JSON.stringify(taxes),
    ]);
}

const BY = { actor: 'rina@finance', reason: 'Bought by mistake' };

function refund(number: string, takeBack: Record<string, bigint>) {
  const { database } = app;
  const outstandingExcess = outstandingExcessAt(createHubCore(hubCore, systemClock), database);
  const request = { ...BY, takeBack: new Map(Object.entries(takeBack)) };
  return refundSeen(app, number, request, outstandingExcess);
}

const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );

/** An organization's completed order: 5 packs of dialogs with an excess of 250, and WhatsApp balance. */
async function completed(items: Items = { chatbot_ai_extra: '5', wa_balance: '1000000' }) {
  const id = addOrganization(app.sandbox, '1001', {
    excess: [{ key: 'chatbot_ai_excess', period: '2026-10', quantity: 250 }],
  });
  const client = await app.client({ organization_id: id });
  return { id, client, order: await purchase(app, client, id, items) };
}

describe('the unused part of a completed order', () => {
  test('is taken back by entries of its own, with its cost reported; settled excess stays', async () => {
    const { id, client, order } = await completed();
    const packPrice = BigInt(
      order.lines.find(({ code, kind }) => code === 'chatbot_ai_extra' && kind === 'TOPUP')?.unitPrice.amount ?? 0,
    );
    const { amount } = await refund(order.number, { chatbot_ai_extra: 3000n, wa_balance: 400_000n });
    expect(amount).toBe(3n * packPrice + 400_000n);
    expect(await readOrder(client, order.id)).toMatchObject({
      status: 'REFUNDED',
      paidInvoiceNumber: order.paidInvoiceNumber,
      completedAt: order.completedAt,
    });
    expect(await balances(app, id)).toEqual({ chatbot_ai_extra: '2000', wa_balance: '600000' });
    expect((await ledgerTable(app.db, id)).replaceAll(id, 'buyer')).toMatchInlineSnapshot(`
      "organization | quota            | kind              | quantity | period  | unit_price | amount
      buyer        | chatbot_ai_extra | EXCESS_SETTLEMENT | 250      | 2026-10 | 500        | 125000
      buyer        | wa_balance       | TOPUP             | 1000000  |         | 1          | 1000000
      buyer        | chatbot_ai_extra | TOPUP             | 5000     |         | 450000     | 2250000
      buyer        | chatbot_ai_extra | REFUND            | -3000    |         | 450000     | 2250000
      buyer        | wa_balance       | REFUND            | -400000  |         | 1          | 1000000"
    `);
    expect((await reportOrder(app.database, order.number)).timeline.at(-1)).toMatchObject({
      from: 'COMPLETED',
      to: 'REFUNDED',
      cause: 'operator: refunded',
      ...BY,
    });
    expect((await audit(app.database, systemClock)).violations).toEqual([]);
  });

  test.each([
    // Three seats were paid with Rp408.750: Rp375.000, VAT of Rp41.250, less Rp7.500 that was withheld.
    ['a part, with its VAT and without what was withheld', { agent_extra: 2n }, 272_500n],
    ['the whole order: all that came in', { agent_extra: 3n, muv: 500n }, 703_345n],
  ])('has its taxes in it: %s', async (_, takeBack, paid) => {
    const vat = { code: 'PPN', rate: '0.11', kind: 'VAT' };
    await tax({ agent_extra: [{ ...vat, included: false }, PPH_23], muv: [{ ...vat, included: true }, PPH_23] });
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    const items = toItems(id, { agent_extra: '3', muv: '500' });
    const input = { items, idempotencyKey: 'taxed', withholding: 'PPH_23' as const };
    const { createTopupOrder } = await client.query(CreateTaxedOrderDocument, { input });
    const order = await confirmOrder(client, await readOrder(client, createTopupOrder?.order?.id ?? ''));
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    await tax({ agent_extra: [], muv: [] });
    const refunded = await refund(order.number, takeBack);
    expect(refunded).toMatchObject({ amount: paid, toGiveBack: paid, writtenOff: 0n });
  });

  test('is taken back once: a second refund is refused, even at the same moment', async () => {
    const { id, order } = await completed();
    const attempts = [1, 2, 3].map(() => refusal(refund(order.number, { wa_balance: 1_000_000n })));
    expect((await Promise.all(attempts)).toSorted()).toEqual([
      `${order.number} is REFUNDED: only an order in PAYMENT_REVIEW, PAID or COMPLETED can be refunded.`,
      `${order.number} is REFUNDED: only an order in PAYMENT_REVIEW, PAID or COMPLETED can be refunded.`,
      'not refused',
    ]);
    expect(await balances(app, id)).toEqual({ chatbot_ai_extra: '5000', wa_balance: '0' });
  });

  test('stays taken back when another payment arrives: an exception', async () => {
    const { client, order } = await completed();
    await refund(order.number, { wa_balance: 1n });
    await app.sandbox.mekariPay.payPart(order.number, { amount: 1_000_000 });
    await until(
      async () => alerts(app, order.number),
      (raised) => raised.length > 0,
    );
    expect((await readOrder(client, order.id)).status).toBe('REFUNDED');
    expect(alerts(app, order.number)).toEqual(['payment_exception: surplus']);
  });
});

describe('a refund beyond the unused part is refused with the figures, and nothing moves', () => {
  test.each<[string, Record<string, bigint>, RegExp]>([
    [
      'more than was credited',
      { wa_balance: 1_000_001n },
      /wa_balance: 1000001 units requested, at most 1000000 of the 1000000 credited can be taken back/,
    ],
    [
      'one of several',
      { wa_balance: 5n, chatbot_ai_extra: 6000n },
      /chatbot_ai_extra: 6000 units requested, at most 5000 of the 5000 credited can be taken back/,
    ],
    ['half a pack', { chatbot_ai_extra: 500n }, /sold in units of 1000, and 500 is not a multiple of it/],
    ['another quota', { muv: 1n }, /muv is not a top-up of this order/],
    ['less than nothing', { wa_balance: -1n }, /-1 is not a quantity/],
    [
      'nothing',
      {},
      /give the unused units of each quota with --take-back, at most chatbot_ai_extra=5000 wa_balance=1000000/,
    ],
    ['nothing, in figures', { wa_balance: 0n }, /at most chatbot_ai_extra=5000 wa_balance=1000000/],
  ])('%s', async (_, takeBack, words) => {
    const { id, client, order } = await completed();
    expect(await refusal(refund(order.number, takeBack))).toMatch(words);
    expect(await balances(app, id)).toEqual({ chatbot_ai_extra: '5000', wa_balance: '1000000' });
    expect(await readOrder(client, order.id)).toEqual(order);
  });

  test('a quota that hub-core reports as used beyond its end', async () => {
    const { id, order } = await completed();
    const organization = app.sandbox.hubCore.organizations.get(id);
    if (organization === undefined) throw new Error('it is gone');
    const used = { key: 'chatbot_ai_excess', period: '2026-11', quantity: 1 };
    app.sandbox.hubCore.organizations.set({ ...organization, excess: [...(organization.excess ?? []), used] });
    expect(await refusal(refund(order.number, { chatbot_ai_extra: 1000n }))).toMatch(
      /chatbot_ai_extra: 1000 units requested, at most 0 of the 5000 credited can be taken back/,
    );
    expect((await refund(order.number, { wa_balance: 1_000_000n })).amount).toBe(1_000_000n);
  });

  test('a quota of a month that is over', async () => {
    const { id, order } = await completed({ muv: '500', wa_balance: '1000000' });
    await app.db.query(
      `update topup_order_lines set period_start = '2026-09-01', period_end = '2026-09-30'
       where order_id = $1 and quota_code = 'muv'`,
      [order.id],
    );
    expect(await refusal(refund(order.number, { muv: 500n }))).toMatch(
      /muv: 500 units requested, at most 0 of the 500 credited can be taken back/,
    );
    expect((await balances(app, id))['muv']).toBe('500');
  });

  test.each([
    ['is away', { kind: 'status', status: 503 }, /cannot be read at the moment: hub-core unavailable/],
    ['answers nonsense', { kind: 'wrong-shape' }, /cannot be read at the moment: hub-core malformed/],
  ] as const)('hub-core %s: the usage is unknown', async (_, fault, words) => {
    const { order } = await completed();
    app.sandbox.hubCore.faults.set([fault]);
    expect(await refusal(refund(order.number, { wa_balance: 1n }))).toMatch(words);
  });
});
