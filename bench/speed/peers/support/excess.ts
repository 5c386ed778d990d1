import DataLoader from 'dataloader';
import type { CatalogueRow, RowsOf } from './catalogue.ts';
import type { Database } from './database.ts';
import type { Neighbours, OrganizationSnapshot } from './neighbours.ts';
import type { Organizations } from './organizations.ts';
import { perRequest, perRequestAndKey, type RequestContext } from './request.ts';
import { call, statement } from './statement.ts';
import type { ConfigurationExcess } from './to-graphql.ts';

export interface OwedExcess {
  period: string;
  quantity: bigint;
  unitPrice: bigint;
  amount: bigint;
}

/** "code period" → quantity settled. */
type Settled = ReadonlyMap<string, bigint>;

const SETTLED = statement<{ organizationId: string; code: string; period: string; quantity: bigint }>(
  `select organization_id as "organizationId", quota_code as code, period, sum(quantity)::bigint as quantity
   from quota_ledger_entries where organization_id = any($1) and kind = 'EXCESS_SETTLEMENT'
   group by organization_id, quota_code, period`,
);

interface Parts {
  database: Database;
  organizations: Organizations;
  packages: Neighbours['packages'];
  rowsOf: RowsOf;
}

/** The debts of organizations beyond their quotas, as at 7376654: once per request and organization. */
export function createExcess({ database, organizations, packages, rowsOf }: Parts) {
  const settledOf = perRequest(
    (request) =>
      new DataLoader<string, Settled>(async (ids) => {
        const [rows] = await database.ask(request, call(SETTLED, ids));
        const found = Map.groupBy(rows, (row) => row.organizationId);
        return ids.map(
          (id) => new Map((found.get(id) ?? []).map((row) => [`${row.code} ${row.period}`, row.quantity])),
        );
      }),
  );

  const pricesOf = perRequest(() => new DataLoader<string, bigint | undefined>((ids) => packages.loadMany(ids)));

  const shown = perRequestAndKey(
    async (request, organizationId): Promise<readonly ConfigurationExcess[] | undefined> => {
      const [organization, eligible] = await Promise.all([
        organizations.find(request, organizationId),
        organizations.eligibility(request, organizationId),
      ]);
      if (organization === undefined || eligible === undefined) return undefined;
      if (!eligible.newPageEnabled) return [];
      const active = (await rowsOf(request)).filter((configuration) => configuration.active);
      const excess = await Promise.all(
        active.map(async (configuration) => ({
          configuration,
          asOf: organization.asOf,
          owed: await owedFor(request, organization, configuration),
        })),
      );
      return excess.filter(({ owed }) => owed.length > 0);
    },
  );

  async function owedFor(
    request: RequestContext,
    organization: OrganizationSnapshot,
    { code, excessKey, excessPackageId }: CatalogueRow,
  ): Promise<OwedExcess[]> {
    const reported = organization.excess.filter(({ key }) => key === excessKey);
    if (excessKey === null || reported.length === 0) return [];
    const settled = await settledOf(request).load(organization.id);
    const byPeriod = new Map<string, bigint>();
    for (const { period, quantity } of reported) byPeriod.set(period, (byPeriod.get(period) ?? 0n) + quantity);
    const quantities = [...byPeriod]
      .map(([period, quantity]) => ({ period, quantity: quantity - (settled.get(`${code} ${period}`) ?? 0n) }))
      .filter(({ quantity }) => quantity > 0n)
      .sort((a, b) => (a.period < b.period ? -1 : 1));
    if (quantities.length === 0) return [];
    const unitPrice = excessPackageId === null ? 1n : await pricesOf(request).load(excessPackageId);
    if (unitPrice === undefined) return [];
    return quantities.map((each) => ({ ...each, unitPrice, amount: each.quantity * unitPrice }));
  }

  return {
    shown,
    async shownOfCode(request: RequestContext, organizationId: string, code: string) {
      const all = await shown(request, organizationId);
      return all?.find(({ configuration }) => configuration.code === code);
    },
  };
}
