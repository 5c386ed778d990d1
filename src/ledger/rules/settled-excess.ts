/** Maps excessKey() to the quantity of settled excess. */
export type SettledExcess = ReadonlyMap<string, bigint>;

/** Identifies one quota of one billing period. */
export const excessKey = (code: string, period: string) => `${code} ${period}`;

export interface SettledRow {
  organizationId: string;
  code: string;
  period: string;
  quantity: bigint;
}

/** Returns one map per id, in the order of the ids. */
export function byOrganization(organizationIds: readonly string[], rows: readonly SettledRow[]): SettledExcess[] {
  const rowsOf = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => toSettledExcess(rowsOf.get(id) ?? []));
}

export const toSettledExcess = (rows: readonly Omit<SettledRow, 'organizationId'>[]): SettledExcess =>
  new Map(rows.map((row) => [excessKey(row.code, row.period), row.quantity]));
