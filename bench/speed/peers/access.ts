import { canReadAnything, forbidden, type RequestContext, requireCaller } from './support/request.ts';

export interface Organization {
  id: string;
}

/** The SDL's declarations of every field that reads. */
export function requireRead(request: RequestContext): void {
  if (!canReadAnything(requireCaller(request))) throw forbidden('This needs a scope that reads.');
}
