import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Organization, organizationToRead } from '../../organizations/index.ts';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import { ListSize } from '../../platform/graphql/limits/list-size.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOption } from '../../topup-options/index.ts';
import type { ListExcess } from '../list-excess.ts';
import { ExcessUsage } from './excess-usage.type.ts';
import { toExcessUsages, toTotalExcess } from './to-graphql.ts';

const EXCESS =
  'What the organization owes for usage beyond its quotas, per quota and period, less what was settled. Empty where the page is gated. A row whose price cannot be had is left out.';

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

  private async list(request: RequestContext, organizationId: string): Promise<ExcessUsage[] | undefined> {
    const shown = await this.excess.shown(request, organizationId);
    return shown?.flatMap(toExcessUsages);
  }
}

@Resolver(() => TopupOption)
export class TopupOptionExcessResolver {
  constructor(private readonly excess: ListExcess) {}

  @FieldResolver(() => ExcessUsage, {
    nullable: true,
    description:
      'What is owed for this quota: an order for it settles it first, unless another order that awaits payment carries it. Null when nothing is owed.',
  })
  async excessUsage(@Root() option: TopupOption, @Ctx() request: RequestContext): Promise<ExcessUsage | undefined> {
    const excess = await this.excess.shownOfCode(request, option.organizationId, option.code);
    return excess === undefined ? undefined : toTotalExcess(excess);
  }
}
