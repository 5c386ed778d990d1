import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { type Gateway, headersOf, type IncomingHeaders, openSupergraph, type Subgraphs } from './gateway.ts';

interface Context {
  headers: IncomingHeaders;
}

/** Apollo's gateway for Node.js, as docs/gateways.md configures it. */
export async function startApolloGateway(subgraphs: Subgraphs): Promise<Gateway> {
  const gateway = new ApolloGateway({
    supergraphSdl: openSupergraph(subgraphs),
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource<Context>({
        url: url ?? '',
        willSendRequest({ request, context }) {
          // The gateway asks for schemas without a request of a client.
          for (const [name, value] of Object.entries(headersOf(context.headers ?? {}, subgraphs.secret)))
            request.http?.headers.set(name, value);
        },
      }),
  });
  const server = new ApolloServer<Context>({
    gateway,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginUsageReportingDisabled()],
  });
  const { url } = await startStandaloneServer<Context>(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => ({ headers: req.headers }),
  });
  return { url: url.replace(/\/$/, ''), stop: () => server.stop() };
}
