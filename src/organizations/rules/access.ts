import { type Caller, hasAnyScope, READ_SCOPES } from '../../platform/auth/caller.ts';
import { badUserInput, forbidden, unauthenticated } from '../../platform/graphql/errors.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';

/** Throws UNAUTHENTICATED. */
export function requireCaller(request: RequestContext): Caller {
  if (request.caller === undefined) throw unauthenticated();
  return request.caller;
}

/** hub-core owns the form of the ids; a text outside this bound is never looked up. */
const ORGANIZATION_ID = /^\P{Cc}{1,64}$/u;

/**
 * Access to an organization (domain.md 7.4, contracts.md 2), also for references, which bypass the scopes that fields declare. It
 * looks nothing up, so a foreign and a non-existent organization get the same answer.
 */
export function canRead(caller: Caller, organizationId: string): boolean {
  if (!hasAnyScope(caller, READ_SCOPES) || !ORGANIZATION_ID.test(organizationId)) return false;
  return caller.organizationId === organizationId || caller.scopes.has('topup:support');
}

/** The caller's own by default. Throws UNAUTHENTICATED, BAD_USER_INPUT or FORBIDDEN. */
export function organizationToRead(request: RequestContext, requested: string | undefined): string {
  const caller = requireCaller(request);
  const organizationId = requested ?? caller.organizationId;
  if (organizationId === undefined) {
    throw badUserInput('organizationId is required: the token belongs to no organization.');
  }
  if (!canRead(caller, organizationId)) throw forbidden('The token does not belong to this organization.');
  return organizationId;
}

/** Always the caller's own: support reads every organization and writes none. Throws UNAUTHENTICATED or FORBIDDEN. */
export function organizationToWrite(request: RequestContext, requested?: string): string {
  const caller = requireCaller(request);
  if (caller.organizationId === undefined || (requested !== undefined && requested !== caller.organizationId)) {
    throw forbidden('The token does not belong to this organization.');
  }
  return caller.organizationId;
}

/** The same rules, for a page that does not offer what would be refused. */
export function permissionsOf(caller: Caller, organizationId: string) {
  const isOwn = caller.organizationId === organizationId;
  return {
    canRead: canRead(caller, organizationId),
    canOrder: isOwn && caller.scopes.has('topup:write'),
    canApprove: isOwn && caller.scopes.has('topup:approve'),
    canSupport: caller.scopes.has('topup:support'),
  };
}

/** The caller, as the steps that it causes name it. */
export function actorOf(request: RequestContext): { actor: string; actorName: string | undefined } {
  const { subject, name } = requireCaller(request);
  return { actor: subject, actorName: name };
}
