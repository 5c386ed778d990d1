import DataLoader from 'dataloader';
import { type LedgerKind, type LedgerPage, type LedgerPageArgs, readLedgerPages } from '../ledger/index.ts';
import { type OrderOfLine, ordersOfLines } from '../orders/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, perRequestAndKey, type RequestContext } from '../platform/server/request-context.ts';

/** Loads the entries of one request: one statement per kind of row, for any number of organizations. */
export class StatementLoaders {
  private readonly pages = perRequestAndKey(
    (request, args) =>
      new DataLoader<string, LedgerPage>((ids) =>
        readLedgerPages(this.database, request, ids, JSON.parse(args) as LedgerPageArgs),
      ),
  );
  private readonly orders = perRequest(
    (request) =>
      new DataLoader<string, OrderOfLine>(async (lineIds) => {
        const [rows] = await this.database.reads(request, ordersOfLines(lineIds));
        const byLine = new Map(rows.map((row) => [row.lineId, row]));
        return lineIds.map((id) => byLine.get(id) ?? new Error(`line ${id} of the ledger is not there`));
      }),
  );

  constructor(private readonly database: TenantDatabase) {}

  page(request: RequestContext, organizationId: string, args: LedgerPageArgs): Promise<LedgerPage> {
    return this.pages(request, JSON.stringify(args)).load(organizationId);
  }

  orderOf(request: RequestContext, lineId: string): Promise<OrderOfLine> {
    return this.orders(request).load(lineId);
  }
}

/** The words of the operator who made the refund, or who approved a payment that did not match; null without one. */
export const operatorReason = (kind: LedgerKind, { creditReason, refundReason }: OrderOfLine): string | null =>
  kind === 'REFUND' ? refundReason : creditReason;
