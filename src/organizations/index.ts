export { OrganizationResolver, resolveOrganizationReference } from './graphql/organization.resolver.ts';
export { Organization } from './graphql/organization.type.ts';
export { OrganizationsService } from './organizations.service.ts';
export {
  actorOf,
  canRead,
  organizationToRead,
  organizationToWrite,
  permissionsOf,
  requireCaller,
} from './rules/access.ts';
export { ORDER_FLAG, PAGE_FLAG } from './rules/eligibility.ts';
