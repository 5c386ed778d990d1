import { type Caller, hasAnyScope, READ_SCOPES } from '../../platform/auth/caller.ts';
import { badUserInput, forbidden, unauthenticated } from '../../platform/graphql/errors.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';

/**
 * Which organization a caller may act for (domain.md 7.4, contracts.md 2). Another organization's id and one that does not
 * exist are answered alike: neither is looked up.
 */
export function requireCaller(request: RequestContext): Caller {
  if (request.caller === undefined) throw unauthenticated();
  return request.caller;
}

/** Of hub-core, so of a form that we do not know; what could not be one is not looked up anywhere. */
function isOrganizationId(text: string): boolean {
  return /^\P{Cc}{1,64}$/u.test(text);
}

/** For what is reached by reference, past the fields that declare their scopes. */
export function canRead(caller: Caller, organizationId: string): boolean {
  if (!hasAnyScope(caller, READ_SCOPES) || !isOrganizationId(organizationId)) return false;
  return caller.organizationId === organizationId || caller.scopes.has('topup:support');
}

/** The caller's own where none is named. Throws FORBIDDEN. */
export function organizationToRead(request: RequestContext, requested: string | undefined): string {
  const caller = requireCaller(request);
  const organizationId = requested ?? caller.organizationId;
  if (organizationId === undefined) {
    throw badUserInput('organizationId is required: the token belongs to no organization.');
  }
  if (!canRead(caller, organizationId)) throw forbidden('The token does not belong to this organization.');
  return organizationId;
}

/** Always the caller's own: support reads for all and writes for none. Throws FORBIDDEN. */
export function organizationToWrite(request: RequestContext, requested?: string): string {
  const caller = requireCaller(request);
  if (caller.organizationId === undefined || (requested !== undefined && requested !== caller.organizationId)) {
    throw forbidden('The token does not belong to this organization.');
  }
  return caller.organizationId;
}
