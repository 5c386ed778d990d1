import { createServer } from 'node:http';
import type { HubCore } from '../hub-core/hub-core.ts';
import { createDoorkeeper } from '../server/doorkeeper.ts';
import { send } from '../server/faulty-answer.ts';
import { Refusal } from '../server/reply.ts';
import { createGateway } from './gateway.ts';
import { createOrganizationsSubgraph } from './organizations.ts';

export interface SupergraphOptions {
  port: number;
  /** The project's directory, which has schema/. */
  root: string;
  /** Our subgraph. */
  graphUrl: string;
  hubCore: HubCore;
  /** The token that GraphiQL sends at first, by the query of its address. */
  token: (query: URLSearchParams) => Promise<string>;
  /** Host names beside this machine's own. */
  allowedHosts?: readonly string[];
}

export interface Supergraph {
  /** The gateway; a browser gets GraphiQL. */
  url: string;
  stop(): Promise<void>;
}

/** Serves a gateway at /graphql and the subgraph of Organization at /organizations. */
export async function startSupergraph(options: SupergraphOptions): Promise<Supergraph> {
  const { root, token, allowedHosts = [], hubCore, graphUrl } = options;
  const admit = createDoorkeeper(allowedHosts);
  const organizations = await createOrganizationsSubgraph(root, hubCore);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  const subgraphs = { organizations: `${origin}/organizations`, 'self-topup': graphUrl };
  const gateway = await createGateway({ root, subgraphs, token });
  server.on('request', (incoming, outgoing) => {
    try {
      admit(incoming.headers);
    } catch (error) {
      return send(outgoing, (error as Refusal).reply());
    }
    const yoga = incoming.url?.startsWith('/organizations') ? organizations : gateway;
    void yoga(incoming, outgoing);
  });
  return {
    url: `${origin}/graphql`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([gateway.dispose(), organizations.dispose()]);
    },
  };
}
