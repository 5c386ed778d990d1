import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type BalancesLoader, QuotaBalance } from '../../ledger/index.ts';
import { Organization } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { Catalogue } from '../catalogue.ts';

@Resolver(() => Organization)
export class QuotaBalancesResolver {
  constructor(
    private readonly balances: BalancesLoader,
    private readonly catalogue: Catalogue,
  ) {}

  @RequiresRead()
  @ListSize(8)
  @FieldResolver(() => [QuotaBalance], {
    nullable: true,
    description:
      'What top-ups have credited, less what refunds took back, per quota: every quota of the catalogue that is switched on, and every other one that was ever credited.',
  })
  async quotaBalances(@Root() organization: Organization, @Ctx() request: RequestContext): Promise<QuotaBalance[]> {
    const [credited, rows] = await Promise.all([
      this.balances.ofOrganization(request, organization.id),
      this.catalogue.rows(),
    ]);
    const active = rows.filter((row) => row.configuration.active).map((row) => row.configuration.code);
    const codes = new Set([...active, ...credited.keys()]);
    return [...codes].map((code) => ({ code, balance: credited.get(code) ?? 0n }));
  }
}
