import { createContext, use } from 'react';
import type { Organization } from './config.ts';
import type { Graph } from './graph.ts';

export interface Session {
  organization: Organization;
  graph: Graph;
  /** Shows another organization with the same token, as support may. */
  visit(organizationId: string): void;
  /** Tells the page's header that the viewer is support. */
  offerSupport(): void;
}

/** The organization that the page is about, and its graph. */
export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('useSession needs a SessionContext above it.');
  return session;
}
