import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { type CreditedOrder, creditOrder, type LedgerLine, refundLine } from '../../support/database/ledger-rows.ts';

let app: TestApp;
/** The owner's login: it writes what the product's own roles would. */
let owner: DataSource;

beforeAll(async () => {
  app = await startApp();
  owner = await connectDatabase({ url: app.db.url, entities: [], migrations: [], poolSize: 8 });
});
afterAll(async () => {
  await owner.destroy();
  await app.close();
});

const PAGE = /* GraphQL */ `
  query ($first: Int, $after: String, $code: String) {
    topupOrganization { quotaLedger(first: $first, after: $after, code: $code) {
      edges { cursor node { id at code kind quantity balanceAfter } } pageInfo { hasNextPage endCursor }
    } }
  }
`;

interface Node {
  id: string;
  at: string;
  code: string;
  kind: string;
  quantity: string;
  balanceAfter: string;
}

interface Answer {
  topupOrganization: {
    quotaLedger: { edges: { node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
}

/** The nodes of all pages of this size. */
async function allPages(client: TestClient, first: number, code: string | null): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ; ) {
    const answer: Answer = await client.query(PAGE, { first, after, code });
    const { quotaLedger } = answer.topupOrganization;
    expect(quotaLedger.edges.length).toBeLessThanOrEqual(first);
    nodes.push(...quotaLedger.edges.map((edge) => edge.node));
    if (!quotaLedger.pageInfo.hasNextPage) return nodes;
    expect(quotaLedger.edges).toHaveLength(first);
    after = quotaLedger.pageInfo.endCursor;
  }
}

const CODES = ['wa_balance', 'muv', 'agent_extra'];
const base = Date.parse('2026-11-22T03:00:00Z');
/** Replicas' clocks differ: an entry may carry an earlier time than the one before it. */
const minutes = fc.integer({ min: -60, max: 60 });
const code = fc.constantFrom(...CODES);
const purchaseAct = fc.record({
  topup: fc.record({ code, units: fc.integer({ min: 1, max: 5000 }) }),
  excess: fc.option(fc.record({ code, units: fc.integer({ min: 1, max: 5000 }) })),
  minutes,
  /** The share of the top-up that is taken back later, at most once. */
  refunded: fc.option(fc.integer({ min: 1, max: 100 }), { freq: 3 }),
});
const history = fc.array(purchaseAct, { minLength: 1, maxLength: 14 });

let organizations = 0;

test('the balances of all pages are those of a fold over the acts, whatever the clocks and the size of a page', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 1, max: 7 }), async (acts, first) => {
      organizations += 1;
      const organizationId = `ledger-${organizations}`;
      const client = await app.client({ organization_id: organizationId });
      // The fold: one list per quota, oldest first, of "kind quantity balance".
      const expected = new Map(CODES.map((each) => [each, { balance: 0, rows: [] as string[] }]));
      const enter = (quota: string, kind: string, quantity: number) => {
        const fold = expected.get(quota);
        if (fold === undefined) throw new Error(`no quota ${quota}`);
        if (kind !== 'EXCESS_SETTLEMENT') fold.balance += quantity;
        fold.rows.push(`${kind} ${quantity} ${fold.balance}`);
      };
      for (const [index, { topup, excess, minutes: late, refunded }] of acts.entries()) {
        const at = new Date(base + index * 60_000 + late * 60_000);
        const lines: LedgerLine[] = [
          ...(excess === null ? [] : [{ kind: 'EXCESS_SETTLEMENT' as const, ...excess }]),
          { kind: 'TOPUP', ...topup },
        ];
        const order: CreditedOrder = await owner.transaction((tx) => creditOrder(tx, organizationId, lines, at));
        for (const { kind, code: quota, units } of lines) enter(quota, kind, units);
        if (refunded === null) continue;
        const units = Math.ceil((topup.units * refunded) / 100);
        const line = { id: order.id, lineId: order.lineIds.at(-1) ?? '', code: topup.code, units };
        await owner.transaction((tx) => refundLine(tx, organizationId, line, at));
        enter(topup.code, 'REFUND', -units);
      }
      const shown = (nodes: Node[], quota: string) =>
        nodes
          .filter((node) => node.code === quota)
          .map(({ kind, quantity, balanceAfter }) => `${kind} ${quantity} ${balanceAfter}`);
      const together = await allPages(client, first, null);
      expect(new Set(together.map(({ id }) => id)).size).toBe(together.length);
      expect(together.map(({ at }) => at)).toEqual(
        together
          .map(({ at }) => at)
          .toSorted()
          .toReversed(),
      );
      for (const [quota, { rows }] of expected) {
        expect(shown(together, quota)).toEqual(rows.toReversed());
        expect(shown(await allPages(client, first, quota), quota)).toEqual(rows.toReversed());
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);

test('credits of one quota at the same moment get one balance after the other', async () => {
  const at = new Date(base);
  const credit = () => owner.transaction((tx) => creditOrder(tx, 'ledger-race', [line], at));
  const line: LedgerLine = { kind: 'TOPUP', code: 'wa_balance', units: 10 };
  await Promise.all(Array.from({ length: 24 }, credit));
  const nodes = await allPages(await app.client({ organization_id: 'ledger-race' }), 7, 'wa_balance');
  expect(nodes.map(({ balanceAfter }) => Number(balanceAfter))).toEqual(
    Array.from({ length: 24 }, (_, index) => 240 - index * 10),
  );
});
