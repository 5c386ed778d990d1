import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { decodeJwt } from 'jose';

/** The request context of a stand-in's resolvers. */
export interface StubContext {
  /** The token's organization. The token is not verified: a stand-in needs no more. */
  organizationId: string | undefined;
}

export interface SubgraphStub {
  url: string;
  /** The headers of every request, oldest first. */
  requests: Record<string, string | string[] | undefined>[];
  stop(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: resolvers of any types, as Apollo takes them
type Resolvers = Record<string, Record<string, (...args: any[]) => unknown>>;

/** Another team's subgraph, as a real server on a port of its own. */
export async function startSubgraphStub(sdl: string, resolvers: Resolvers): Promise<SubgraphStub> {
  const requests: SubgraphStub['requests'] = [];
  const server = new ApolloServer<StubContext>({
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer<StubContext>(server, {
    listen: { port: 0, host: '127.0.0.1' },
    async context({ req }) {
      requests.push(req.headers);
      return { organizationId: organizationOf(req.headers.authorization) };
    },
  });
  return { url, requests, stop: () => server.stop() };
}

function organizationOf(authorization: string | undefined): string | undefined {
  try {
    return decodeJwt<{ organization_id?: string }>(authorization?.replace(/^Bearer /i, '') ?? '').organization_id;
  } catch {
    return undefined;
  }
}
