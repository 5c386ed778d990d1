/** Maps excessKey() to a quantity of excess, settled or held by an order. */
export type ExcessQuantities = ReadonlyMap<string, bigint>;

/** Identifies one quota of one billing period. */
export const excessKey = (code: string, period: string) => `${code} ${period}`;

export interface ExcessRow {
  code: string;
  period: string;
  quantity: bigint;
}

export interface SettlementRow extends ExcessRow {
  organizationId: string;
}

/** Returns one map per id, in the order of the ids. */
export function byOrganization(organizationIds: readonly string[], rows: readonly SettlementRow[]): ExcessQuantities[] {
  const rowsOf = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => toExcessQuantities(rowsOf.get(id) ?? []));
}

export const toExcessQuantities = (rows: readonly ExcessRow[]): ExcessQuantities =>
  new Map(rows.map((row) => [excessKey(row.code, row.period), row.quantity]));
