import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { createYoga } from 'graphql-yoga';
import { type Gateway, headersOf, openSupergraph, type Subgraphs } from './gateway.ts';

/** A schema that @graphql-tools/federation stitches, served by Yoga, as docs/gateways.md configures it. */
export async function startStitchedGateway(subgraphs: Subgraphs): Promise<Gateway> {
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: openSupergraph(subgraphs),
    onSubschemaConfig(config) {
      config.executor = buildHTTPExecutor({
        endpoint: config.endpoint ?? '',
        headers: (request) => headersOf(request?.context?.req?.headers ?? {}, subgraphs.secret),
      });
    },
  });
  const yoga = createYoga<{ req: IncomingMessage }>({
    schema,
    maskedErrors: false,
    landingPage: false,
    logging: false,
  });
  const server = createServer(yoga);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await yoga.dispose();
    },
  };
}
