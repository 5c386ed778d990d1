import { readFileSync } from 'node:fs';
import { composeSupergraph, organizationsSource, schemaFile } from '../../../scripts/schema-files.ts';

/** A running gateway in front of the organizations subgraph and ours. */
export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

export interface Subgraphs {
  organizations: string;
  'self-topup': string;
  /** The value of `x-gateway-secret`, which the gateway adds to its requests to us. */
  secret: string;
}

/** Returns the supergraph of the published variant without our scopes, which names the subgraphs' addresses. */
export function openSupergraph(subgraphs: Subgraphs): string {
  const sdl = readFileSync(schemaFile('subgraph.open.graphql'), 'utf8');
  return composeSupergraph([
    { ...organizationsSource(), url: subgraphs.organizations },
    { name: 'self-topup', url: subgraphs['self-topup'], sdl },
  ]);
}

/** The headers that every gateway has to pass from its caller to us. */
export const PASSED = ['authorization', 'x-correlation-id', 'traceparent'] as const;

export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Returns the headers of a request to us: the caller's, and the gateway's own secret. */
export function headersOf(incoming: IncomingHeaders, secret: string): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = incoming[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(passed), 'x-gateway-secret': secret };
}
