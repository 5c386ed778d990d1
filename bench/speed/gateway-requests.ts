import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import http from '@graphql-mesh/transport-http';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { root } from '../neighbours/ground.ts';
import { withToken } from './as-sent.ts';
import type { Request } from './load.ts';

/** A subgraph of another team that names our options by reference alone. */
const RECOMMENDATIONS = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type TopupOption @key(fields: "id", resolvable: false) { id: ID! }
type Query { recommendedOptions: [TopupOption] }`;

/** A list of organizations as a support tool shows it. */
const ORGANIZATIONS = `query SupportList($ids: [ID!]!) { organizations(ids: $ids) {
  __typename id name
  topupEligibility { __typename newPageEnabled orderingEnabled reasons }
  topupOptions { __typename id code label unitPrice { __typename amount currencyCode } }
} }`;
const OPTIONS = `query Recommended { recommendedOptions {
  __typename id label description minimum step unitPrice { __typename amount currencyCode } asOf
} }`;

export interface References {
  organizations: readonly string[];
  options: readonly string[];
}

/**
 * The requests of Hive Gateway to our subgraph when clients ask it for lists that other subgraphs own: `_entities` with all references
 * in one variable. The gateway runs here with its query planner, and nothing leaves this process.
 */
export async function gatewayRequests(token: string, { organizations, options }: References) {
  const asked: Request[] = [];
  const entities = (typename: string, ids: readonly string[]) => ids.map((id) => ({ __typename: typename, id }));
  const answers: Record<string, object> = {
    'organizations.internal': {
      organizations: entities('Organization', organizations).map((row) => ({ ...row, name: `PT ${row.id}` })),
    },
    'recommendations.internal': { recommendedOptions: entities('TopupOption', options) },
  };
  const gateway = createGatewayRuntime({
    supergraph: supergraph(),
    unifiedGraphHandler,
    transports: { http },
    logging: false,
    landingPage: false,
    fetchAPI: {
      async fetch(input: string | URL | globalThis.Request, init?: RequestInit) {
        const { hostname } = new URL(String(input));
        if (hostname === 'self-topup.internal') {
          const { headers = {}, body } = init ?? {};
          const { accept = '', 'content-type': type = '' } = headers as Record<string, string>;
          asked.push({ headers: withToken({ accept, 'content-type': type }, token), body: String(body) });
        }
        return Response.json({ data: answers[hostname] ?? null });
      },
    },
  });
  try {
    for (const [query, variables] of [
      [ORGANIZATIONS, { ids: organizations }],
      [OPTIONS, {}],
    ] as const) {
      const body = JSON.stringify({ query, variables });
      const headers = { 'content-type': 'application/json' };
      await (await gateway.fetch('http://gateway.internal/graphql', { method: 'POST', headers, body })).text();
    }
  } finally {
    await gateway[Symbol.asyncDispose]();
  }
  const [ofOrganizations, ofOptions] = asked;
  if (ofOrganizations === undefined || ofOptions === undefined) throw new Error('the gateway did not ask our subgraph');
  return { organizations: ofOrganizations, options: ofOptions };
}

function supergraph(): string {
  const file = (name: string) => readFileSync(join(root, 'schema', name), 'utf8');
  const subgraphs = {
    organizations: file('neighbours/organizations.graphql'),
    'self-topup': file('subgraph.graphql'),
    recommendations: RECOMMENDATIONS,
  };
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.internal/graphql`,
      typeDefs: parse(sdl),
    })),
  );
  if (supergraphSdl === undefined) throw new Error(`the subgraphs do not compose: ${errors?.map(String).join('; ')}`);
  return supergraphSdl;
}
