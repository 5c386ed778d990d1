import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { inLanguage, type Language } from '../../kernel/translated.ts';
import { Organization, organizationToRead } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { InLanguage } from '../../platform/graphql/language.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOption } from '../../topup-options/index.ts';
import type { ListExcess } from '../list-excess.ts';
import { ExcessSummary, ExcessUsage } from './excess-usage.type.ts';
import { toExcessSummary, toExcessUsages, toTotalExcess } from './to-graphql.ts';

const EXCESS =
  'Unpaid usage beyond the quotas of the organization, per quota and period. Excess that an order carries which awaits its payment is a row of its own (`claimedBy`). Empty while the page is gated. Rows without a current price are left out.';

@Resolver(() => Organization)
export class ExcessUsageResolver {
  constructor(private readonly excess: ListExcess) {}

  @RequiresRead()
  @ListSize(5)
  @Query(() => [ExcessUsage], { nullable: true, description: EXCESS })
  excessUsages(
    @Arg('organizationId', () => ID, { nullable: true, description: 'Defaults to the organization of the token.' })
    organizationId: string | undefined,
    @Ctx() request: RequestContext,
  ) {
    return this.list(request, organizationToRead(request, organizationId));
  }

  @RequiresRead()
  @ListSize(5)
  @FieldResolver(() => [ExcessUsage], { name: 'excessUsages', nullable: true, description: EXCESS })
  organizationExcessUsages(@Root() organization: Organization, @Ctx() request: RequestContext) {
    return this.list(request, organization.id);
  }

  @RequiresRead()
  @FieldResolver(() => ExcessSummary, {
    nullable: true,
    description:
      'The sum of excessUsages, and whether it is all. Null while the page is gated, and if the organization is unknown.',
  })
  async excessSummary(@Root() organization: Organization, @Ctx() request: RequestContext) {
    const report = await this.excess.report(request, organization.id);
    return report && (report.isGated ? null : toExcessSummary(report));
  }

  private async list(request: RequestContext, organizationId: string): Promise<ExcessUsage[] | undefined> {
    const excess = await this.excess.list(request, organizationId);
    return excess?.flatMap(toExcessUsages);
  }
}

@Resolver(() => TopupOption)
export class TopupOptionExcessResolver {
  constructor(private readonly excess: ListExcess) {}

  @FieldResolver(() => ExcessUsage, {
    nullable: true,
    description:
      'Unpaid excess of this quota, over all periods. An order for the quota settles it first. Excess that another order carries which awaits its payment is left out. Null if nothing is left.',
  })
  async excessUsage(@Root() option: TopupOption, @Ctx() request: RequestContext): Promise<ExcessUsage | undefined> {
    const excess = await this.excess.findByCode(request, option.organizationId, option.code);
    return excess === undefined ? undefined : toTotalExcess(excess);
  }
}

@Resolver(() => ExcessUsage)
export class ExcessLabelResolver {
  @FieldResolver(() => String, { description: 'The name that people see.' })
  label(@Root() { label: text, labelTranslations: translations }: ExcessUsage, @InLanguage() language?: Language) {
    return inLanguage({ text, translations }, language);
  }
}
