import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import type { StartPeer } from './backend.ts';
import { listen } from './listen.ts';
import { createSchema } from './schema.ts';

/** GraphQL Yoga on Node's server, with its cache of parsed and validated documents, which is on of itself. */
export const startYoga: StartPeer = (backend) => {
  const yoga = createYoga({
    schema: createSchema(backend),
    context: ({ request }) => backend.contextOf(request.headers.get('authorization') ?? undefined),
    graphiql: false,
    logging: false,
  });
  return listen(createServer(yoga));
};
