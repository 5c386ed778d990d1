import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { type BalancesLoader, QuotaBalance, QuotaUnit, quotaBalance } from '../../ledger/index.ts';
import { Organization } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { Catalogue, CatalogueRow } from '../catalogue.ts';
import { filledLabel } from '../rules/placeholders.ts';

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
    return [...codes].map((code) => quotaBalance(organization.id, code, balances.get(code)));
  }
}

/** The catalogue's words for a quota. One that has left the catalogue has its code for a name. */
@Resolver(() => QuotaBalance)
export class QuotaBalanceResolver {
  constructor(private readonly catalogue: Catalogue) {}

  @FieldResolver(() => String, { description: 'The name that people see.' })
  async label(@Root() { code }: QuotaBalance, @InLanguage() language?: Language): Promise<string> {
    const row = await this.row(code);
    return row === undefined ? code : inLanguage(filledLabel(row.configuration, undefined), language);
  }

  @FieldResolver(() => QuotaUnit, { description: 'The unit of `balance`.' })
  async unit(@Root() { code }: QuotaBalance): Promise<keyof typeof QuotaUnit> {
    const row = await this.row(code);
    return row?.fault === undefined && row?.rule.input === 'AMOUNT' ? 'RUPIAH' : 'UNIT';
  }

  private async row(code: string): Promise<CatalogueRow | undefined> {
    return (await this.catalogue.rows()).find(({ configuration }) => configuration.code === code);
  }
}
