import { canReadAnything, forbidden, type RequestContext, requireCaller } from './support/request.ts';

export interface Organization {
  id: string;
}

/** What the SDL declares of every field that reads. */
export function requireRead(request: RequestContext): void {
  if (!canReadAnything(requireCaller(request))) throw forbidden('This needs a scope that reads.');
}
