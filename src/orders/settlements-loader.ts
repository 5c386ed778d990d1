import DataLoader from 'dataloader';
import { type BalancesLoader, creditsOfLines, type QuotaLedgerEntry } from '../ledger/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { grownExcess } from './rules/excess-growth.ts';
import { CREDITED, GIVEN_UP, type OrderStatus, REFUNDED } from './rules/order-state.ts';
import { enteredSettlement, previewSettlement, type QuotaSettlement } from './rules/settlement-preview.ts';
import { excessReports, toReports } from './store/excess-reports.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

/** Loads the effect of orders on their quotas: one statement per kind of row, for any number of orders of a request. */
export class SettlementsLoader {
  private readonly growth = perRequest(
    (request) =>
      new DataLoader<string, ReadonlyMap<string, bigint>>(async (ids) => {
        const [rows] = await this.database.reads(request, excessReports(ids));
        const byId = new Map(rows.map((row) => [row.id, grownExcess(toReports(row))]));
        return ids.map((id) => byId.get(id) ?? new Map());
      }),
  );
  private readonly credits = perRequest(
    (request) =>
      new DataLoader<string, QuotaLedgerEntry[]>(async (lineIds) => {
        const [rows] = await this.database.reads(request, creditsOfLines(lineIds));
        const byLine = Map.groupBy(rows, ({ orderLineId }) => orderLineId);
        return lineIds.map((id) => byLine.get(id) ?? []);
      }),
  );

  constructor(
    private readonly database: TenantDatabase,
    private readonly orders: { linesOf(request: RequestContext, orderId: string): Promise<TopupOrderLine[]> },
    private readonly balances: BalancesLoader,
  ) {}

  /** Empty for an order that was given up, or refunded before it was credited. */
  async ofOrder(request: RequestContext, order: SettledOrder): Promise<QuotaSettlement[]> {
    if (GIVEN_UP.has(order.status)) return [];
    const [lines, growth] = await Promise.all([
      this.orders.linesOf(request, order.id),
      this.growth(request).load(order.id),
    ]);
    if (CREDITED.has(order.status) || REFUNDED.has(order.status)) {
      const entries = (await Promise.all(lines.map(({ id }) => this.credits(request).load(id)))).flat();
      return enteredSettlement(lines, { entries: entries.flatMap(toCredit), growth });
    }
    return previewSettlement(lines, {
      balances: await this.balances.ofOrganization(request, order.organizationId),
      growth,
    });
  }
}

interface SettledOrder {
  id: string;
  organizationId: string;
  status: OrderStatus;
}

const toCredit = ({ quotaCode, kind, quantity, balanceAfter }: QuotaLedgerEntry) =>
  kind === 'REFUND' ? [] : [{ quotaCode, kind, quantity, balanceAfter }];
