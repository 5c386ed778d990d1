import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { RequiresRead } from '../../platform/graphql/access-directives.ts';
import type { ReferenceResolver } from '../../platform/graphql/entities.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { OrganizationsService } from '../organizations.service.ts';
import { canRead, requireCaller } from '../rules/access.ts';
import { Organization, TopupEligibility } from './organization.type.ts';

@Resolver(() => Organization)
export class OrganizationResolver {
  constructor(private readonly organizations: OrganizationsService) {}

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
