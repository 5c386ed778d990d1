import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { creditOrder, type LedgerLine, refundLine } from '../../support/database/ledger-rows.ts';

let app: TestApp;
let owner: DataSource;

beforeAll(async () => {
  app = await startApp();
  owner = await connectDatabase({ url: app.db.url, entities: [], migrations: [], poolSize: 4 });
});
afterAll(async () => {
  await owner.destroy();
  await app.close();
});

const MONTHS = ['2026-08', '2026-09', '2026-10', '2026-11'];
/** Instants of a month in Jakarta: its first, one in the middle, and one in its last second. */
const INSTANTS: Readonly<Record<string, readonly string[]>> = {
  '2026-08': ['2026-07-31T17:00:00Z', '2026-08-15T03:00:00Z', '2026-08-31T16:59:59Z'],
  '2026-09': ['2026-08-31T17:00:00Z', '2026-09-15T03:00:00Z', '2026-09-30T16:59:59Z'],
  '2026-10': ['2026-09-30T17:00:00Z', '2026-10-15T03:00:00Z', '2026-10-31T16:59:59Z'],
  '2026-11': ['2026-10-31T17:00:00Z', '2026-11-15T03:00:00Z', '2026-11-22T16:59:59Z'],
};

const code = fc.constantFrom('wa_balance', 'muv', 'agent_extra');
const part = fc.record({ code, units: fc.integer({ min: 1, max: 5000 }) });
const purchaseAct = fc.record({
  month: fc.constantFrom(...MONTHS),
  instant: fc.integer({ min: 0, max: 2 }),
  topup: part,
  excess: fc.option(part),
  /** The share of the top-up that is taken back in the same second. */
  refunded: fc.option(fc.integer({ min: 1, max: 100 }), { freq: 3 }),
});

/** Sums the quantities by code and kind. */
async function totalsOf(month: string, organizationId: string): Promise<Map<string, number>> {
  const token = await app.sandbox.auth.token({ organization_id: organizationId });
  const answer = await fetch(`${app.url}/statements/${month}.csv`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  const totals = new Map<string, number>();
  for (const row of (await answer.text()).trimEnd().split('\r\n').slice(1)) {
    const [, quota, kind, quantity] = row.split(',').map((cell) => cell.replaceAll('"', ''));
    totals.set(`${quota} ${kind}`, (totals.get(`${quota} ${kind}`) ?? 0) + Number(quantity));
  }
  return totals;
}

let organizations = 0;

test('the totals of each month are the ledger’s, and those of all months make the balances', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(purchaseAct, { minLength: 1, maxLength: 12 }), async (drawn) => {
      organizations += 1;
      const organizationId = `totals-${organizations}`;
      const timeOf = ({ month, instant }: (typeof drawn)[number]) => new Date(INSTANTS[month]?.[instant] ?? '');
      const expected = new Map(MONTHS.map((month) => [month, new Map<string, number>()]));
      const balances = new Map<string, number>();
      for (const act of drawn.toSorted((one, other) => timeOf(one).getTime() - timeOf(other).getTime())) {
        const sums = expected.get(act.month) ?? new Map();
        const enter = (quota: string, kind: string, quantity: number) => {
          sums.set(`${quota} ${kind}`, (sums.get(`${quota} ${kind}`) ?? 0) + quantity);
          if (kind !== 'EXCESS_SETTLEMENT') balances.set(quota, (balances.get(quota) ?? 0) + quantity);
        };
        const lines: LedgerLine[] = [
          ...(act.excess === null ? [] : [{ kind: 'EXCESS_SETTLEMENT' as const, ...act.excess }]),
          { kind: 'TOPUP', ...act.topup },
        ];
        const order = await owner.transaction((tx) => creditOrder(tx, organizationId, lines, timeOf(act)));
        for (const { kind, code: quota, units } of lines) enter(quota, kind, units);
        if (act.refunded === null) continue;
        const line = { id: order.id, lineId: order.lineIds.at(-1) ?? '', code: act.topup.code };
        const units = Math.ceil((act.topup.units * act.refunded) / 100);
        await owner.transaction((tx) => refundLine(tx, organizationId, { ...line, units }, timeOf(act)));
        enter(act.topup.code, 'REFUND', -units);
      }
      for (const [month, sums] of expected)
        expect([month, await totalsOf(month, organizationId)]).toEqual([month, sums]);
      const counters: { code: string; balance: string }[] = await owner.query(
        'select quota_code as code, balance from organization_packages where organization_id = $1',
        [organizationId],
      );
      const shown = counters.filter(({ code: quota }) => balances.has(quota));
      expect(new Map(shown.map(({ code: quota, balance }) => [quota, Number(balance)]))).toEqual(balances);
    }),
    { numRuns: 15 },
  );
}, 120_000);
