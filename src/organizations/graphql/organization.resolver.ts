import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import type { ReferenceResolver } from '../../platform/graphql/entities.ts';
import { Money, money } from '../../platform/graphql/money.type.ts';
import { SemanticNonNull } from '../../platform/graphql/semantic-non-null.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { OrganizationsService } from '../organizations.service.ts';
import { canRead, organizationToRead, permissionsOf, requireCaller } from '../rules/access.ts';
import { Organization, TopupEligibility, TopupPermissions } from './organization.type.ts';

@Resolver(() => Organization)
export class OrganizationResolver {
  constructor(private readonly organizations: OrganizationsService) {}

  @RequiresRead()
  @SemanticNonNull()
  @Query(() => Organization, {
    nullable: true,
    description:
      "An organization's part of self top-up: the whole page in one operation, with or without a gateway. Its other fields belong to the organizations subgraph.",
  })
  topupOrganization(
    @Arg('id', () => ID, { nullable: true, description: 'Defaults to the organization of the token.' })
    id: string | undefined,
    @Ctx() request: RequestContext,
  ): Organization {
    return { id: organizationToRead(request, id ?? undefined) };
  }

  /** Relay reads the fragments of a `@fetchable` type again through a field of this name. The supergraph owns `node`. */
  @RequiresRead()
  @SemanticNonNull()
  @Query(() => Organization, {
    nullable: true,
    name: 'fetch__Organization',
    description: 'The same as topupOrganization, under the name by which Relay refetches fragments.',
  })
  fetchOrganization(
    @Arg('id', () => ID, { description: "The organization's CID." }) id: string,
    @Ctx() request: RequestContext,
  ): Organization {
    return { id: organizationToRead(request, id) };
  }

  @RequiresRead()
  @SemanticNonNull()
  @FieldResolver(() => TopupPermissions, {
    nullable: true,
    description: 'What the caller may do for this organization, by its token. topupEligibility says what is open.',
  })
  viewerTopupPermissions(@Root() { id }: Organization, @Ctx() request: RequestContext): TopupPermissions {
    return permissionsOf(requireCaller(request), id);
  }

  @RequiresRead()
  @FieldResolver(() => Money, {
    nullable: true,
    description:
      "An order whose total is above this needs a second person's approval before it is confirmed; null if none does. A confirm decides by what hub-core says then.",
  })
  async topupApprovalLimit(@Root() { id }: Organization, @Ctx() request: RequestContext): Promise<Money | null> {
    const limit = (await this.organizations.find(request, id))?.approvalLimit;
    return limit === undefined ? null : money(limit);
  }

  @RequiresRead()
  @FieldResolver(() => TopupEligibility, {
    nullable: true,
    description: 'The access of this organization to self top-up. Null if the organization is unknown.',
  })
  topupEligibility(@Root() organization: Organization, @Ctx() request: RequestContext) {
    return this.organizations.eligibility(request, organization.id);
  }
}

/** Answers null for an organization that the caller may not see, and does not look up whether it exists. */
export const resolveOrganizationReference: ReferenceResolver = (reference, request) => {
  const caller = requireCaller(request);
  const { id } = reference;
  return typeof id === 'string' && canRead(caller, id) ? { id } : null;
};
