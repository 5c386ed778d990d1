import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type BalancesLoader, QuotaBalance } from '../../ledger/index.ts';
import { Organization } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
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
  @SemanticNonNull()
  @FieldResolver(() => [QuotaBalance], {
    nullable: true,
    description:
      'Units that top-ups credited per quota, minus refunds: for every active quota of the catalogue, and for every other quota that was ever credited.',
  })
  async quotaBalances(@Root() organization: Organization, @Ctx() request: RequestContext): Promise<QuotaBalance[]> {
    const [balances, rows] = await Promise.all([
      this.balances.ofOrganization(request, organization.id),
      this.catalogue.rows(),
    ]);
    const active = rows.filter((row) => row.configuration.active).map((row) => row.configuration.code);
    const codes = new Set([...active, ...balances.keys()]);
    return [...codes].map((code) => ({ code, balance: balances.get(code) ?? 0n }));
  }
}
