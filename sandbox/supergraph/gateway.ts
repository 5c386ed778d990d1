import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga } from 'graphql-yoga';

export interface GatewayTerms {
  root: string;
  /** The address of each subgraph, by its name in the supergraph. */
  subgraphs: Record<string, string>;
  /** The token that GraphiQL sends at first, by the query of its address. */
  token: (query: URLSearchParams) => Promise<string>;
}

/** The headers that a gateway passes on (docs/gateways.md). */
const PASSED = ['authorization', 'x-correlation-id', 'traceparent'];

const FIRST_QUERY = `# The organization's name comes from its own subgraph, the rest from self-topup.
# Headers has a token. The desk, whose address npm run dev prints first, opens GraphiQL with others.
query TopupPage {
  myOrganization {
    id
    name
    topupEligibility { newPageEnabled orderingEnabled reasons }
    topupOptions { id code label minimum unitPrice { amount currencyCode } }
    quotaBalances { code balance }
  }
}
`;

/** The gateway of docs/gateways.md 5 over the published supergraph, with GraphiQL at the same path for a browser. */
export async function createGateway({ root, subgraphs, token }: GatewayTerms) {
  const supergraphSdl = await readFile(join(root, 'schema/supergraph.graphql'), 'utf8');
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: withAddresses(supergraphSdl, subgraphs),
    onSubschemaConfig(config) {
      config.executor = buildHTTPExecutor({
        endpoint: config.endpoint ?? '',
        headers: (request) => passedHeaders(request?.context?.request?.headers),
      });
    },
  });
  return createYoga({
    schema,
    graphiql: async ({ url }) => ({
      title: 'Self top-up: GraphiQL',
      defaultQuery: FIRST_QUERY,
      headers: JSON.stringify({ authorization: `Bearer ${await token(new URL(url).searchParams)}` }, null, 2),
    }),
    renderGraphiQL,
    // The subgraph masks its own errors; masking them here again would lose their codes.
    maskedErrors: false,
    landingPage: false,
    logging: false,
    cors: false,
  });
}

function withAddresses(supergraph: string, subgraphs: Record<string, string>): string {
  return Object.entries(subgraphs).reduce(
    (sdl, [name, url]) => sdl.replaceAll(`http://${name}.internal/graphql`, url),
    supergraph,
  );
}

function passedHeaders(incoming: Headers | undefined): Record<string, string> {
  return Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = incoming?.get(name);
      return value == null ? [] : [[name, value]];
    }),
  );
}
