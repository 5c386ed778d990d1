import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { decodeJwt } from 'jose';
import type { HubCore } from '../hub-core/hub-core.ts';

interface Caller {
  request: Request;
}

/** The subgraph of the team that owns Organization, over hub-core's data. It shows every organization to everybody. */
export async function createOrganizationsSubgraph(root: string, { organizations }: HubCore) {
  const sdl = await readFile(join(root, 'schema/neighbours/organizations.graphql'), 'utf8');
  const resolvers = {
    Query: {
      myOrganization: (_root: unknown, _args: unknown, { request }: Caller) =>
        organizations.get(ownOrganization(request)),
      organizations: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => organizations.get(id)),
    },
    Organization: { __resolveReference: ({ id }: { id: string }) => organizations.get(id) },
  };
  return createYoga({
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
    graphqlEndpoint: '/organizations',
    graphiql: false,
    landingPage: false,
    logging: false,
    cors: false,
  });
}

/** Reads the organization of the token, which it does not verify: self-topup does. */
function ownOrganization({ headers }: Request): string {
  try {
    const token = headers.get('authorization')?.replace(/^Bearer /i, '') ?? '';
    return decodeJwt<{ organization_id?: string }>(token).organization_id ?? '';
  } catch {
    return '';
  }
}
