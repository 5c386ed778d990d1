import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import http from '@graphql-mesh/transport-http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export interface Gateway {
  url: string;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** The current URL of each subgraph of the supergraph, by name. */
  subgraphs: Record<string, string>;
  /** The value of `x-gateway-secret`, which the gateway adds to its requests to us; none by default. */
  secret?: string;
  /** The committed supergraph by default. */
  supergraph?: string;
  /** Makes the gateway itself enforce @authenticated and @requiresScopes, with tokens of this issuer. */
  enforceScopesOf?: { jwksUrl: string };
}

const committed = readFileSync(new URL('../../../schema/supergraph.graphql', import.meta.url), 'utf8');
const PROPAGATED = ['authorization', 'x-correlation-id', 'traceparent'];

function withAddresses({ supergraph = committed, subgraphs }: GatewayOptions): string {
  let addressed = supergraph;
  for (const [name, url] of Object.entries(subgraphs)) {
    const placeholder = `http://${name}.internal/graphql`;
    if (!addressed.includes(placeholder)) throw new Error(`the supergraph has no subgraph at ${placeholder}`);
    addressed = addressed.replaceAll(placeholder, url);
  }
  return addressed;
}

async function userOf(request: Request, jwksUrl: string): Promise<{ scope: string[] } | null> {
  const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return null;
  const { payload } = await jwtVerify<{ scope: string }>(token, createRemoteJWKSet(new URL(jwksUrl)));
  return { scope: payload.scope.split(' ') };
}

/** Hive's gateway with its router's query planner, on a port of its own. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { enforceScopesOf, secret } = options;
  const runtime = createGatewayRuntime({
    supergraph: withAddresses(options),
    unifiedGraphHandler,
    transports: { http },
    logging: false,
    landingPage: false,
    // It would take errors in a stream for faults of its own. The subgraphs mask theirs.
    maskedErrors: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request, subgraphName }) => ({
        ...Object.fromEntries(PROPAGATED.map((name) => [name, request.headers.get(name)])),
        ...(secret !== undefined && subgraphName === 'self-topup' ? { 'x-gateway-secret': secret } : {}),
      }),
    },
    ...(enforceScopesOf === undefined
      ? {}
      : {
          genericAuth: {
            mode: 'protect-granular' as const,
            resolveUserFn: ({ request }: { request: Request }) => userOf(request, enforceScopesOf.jwksUrl),
            // The gateway calls this for anonymous requests too.
            extractScopes: (user: { scope?: string[] } | null) => user?.scope ?? [],
            rejectUnauthenticated: false,
          },
        }),
  });
  const server = createServer(runtime);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await runtime[Symbol.asyncDispose]();
    },
  };
}
