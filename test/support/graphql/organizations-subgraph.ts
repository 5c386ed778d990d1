import { readFileSync } from 'node:fs';
import { type StubContext, type SubgraphStub, startSubgraphStub } from './subgraph-stub.ts';

const sdl = readFileSync(new URL('../../../schema/neighbours/organizations.graphql', import.meta.url), 'utf8');

/** Shows every organization to everybody, on purpose: a refusal in a test then comes from our own subgraph. */
export function startOrganizationsSubgraph(rows: readonly { id: string; name: string }[]): Promise<SubgraphStub> {
  const byId = new Map(rows.map(({ id, name }) => [id, { id, name }]));
  return startSubgraphStub(sdl, {
    Query: {
      myOrganization: (_root: unknown, _args: unknown, { organizationId = '' }: StubContext) =>
        byId.get(organizationId),
      organizations: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => byId.get(id)),
    },
    Organization: { __resolveReference: ({ id }: { id: string }) => byId.get(id) },
  });
}
