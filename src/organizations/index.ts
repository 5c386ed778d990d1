export { canRead, organizationToRead, organizationToWrite, requireCaller } from './access.ts';
export { OrganizationResolver, resolveOrganizationReference } from './organization.resolver.ts';
export { Organization } from './organization.type.ts';
export { OrganizationsService } from './organizations.service.ts';
