/** Quantity of excess that is settled, by excessKey(). */
export type SettledExcess = ReadonlyMap<string, bigint>;

/** One quota of one billing period. */
export const excessKey = (code: string, period: string) => `${code} ${period}`;

export interface SettledRow {
  organizationId: string;
  code: string;
  period: string;
  quantity: bigint;
}

/** In the order of the ids. */
export function byOrganization(organizationIds: readonly string[], rows: readonly SettledRow[]): SettledExcess[] {
  const found = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => toSettledExcess(found.get(id) ?? []));
}

export const toSettledExcess = (rows: readonly Omit<SettledRow, 'organizationId'>[]): SettledExcess =>
  new Map(rows.map((row) => [excessKey(row.code, row.period), row.quantity]));
