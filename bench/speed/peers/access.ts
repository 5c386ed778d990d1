import { requireCaller } from '../../../src/organizations/index.ts';
import { hasAnyScope, READ_SCOPES } from '../../../src/platform/auth/caller.ts';
import { forbidden } from '../../../src/platform/graphql/errors.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';

export interface Organization {
  id: string;
}

/** What the SDL declares of every field that reads. */
export function requireRead(request: RequestContext): void {
  if (!hasAnyScope(requireCaller(request), READ_SCOPES)) throw forbidden('This needs a scope that reads.');
}
