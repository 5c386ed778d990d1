import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { StartPeer } from './backend.ts';
import { createSchema } from './schema.ts';
import type { RequestContext } from './support/request.ts';

/** Apollo Server as its first page shows it: the standalone server, and the plugins that it comes with. */
export const startApollo: StartPeer = async (backend) => {
  const server = new ApolloServer<RequestContext>({ schema: createSchema(backend) });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => backend.contextOf(req.headers.authorization),
  });
  return new URL('/graphql', url).toString();
};
