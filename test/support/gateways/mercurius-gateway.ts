import { readFileSync } from 'node:fs';
import mercurius from '@mercuriusjs/gateway';
import fastify from 'fastify';
import { schemaFile } from '../../../scripts/schema-files.ts';
import { type Gateway, headersOf, type IncomingHeaders, type Subgraphs } from './gateway.ts';

/** The organizations subgraph, in the words of federation 1. */
const ORGANIZATIONS = `
  extend type Query { myOrganization: Organization organizations(ids: [ID!]!): [Organization] }
  type Organization @key(fields: "id") { id: ID! name: String }
`;

/** Mercurius' gateway of federation 1, as docs/gateways.md configures it. */
export async function startMercuriusGateway(subgraphs: Subgraphs): Promise<Gateway> {
  const app = fastify();
  const rewriteHeaders = (headers: IncomingHeaders) => headersOf(headers, subgraphs.secret);
  const topup = readFileSync(schemaFile('subgraph.v1.graphql'), 'utf8');
  const services = [
    { name: 'organizations', url: subgraphs.organizations, schema: ORGANIZATIONS, rewriteHeaders },
    { name: 'self-topup', url: subgraphs['self-topup'], schema: topup, rewriteHeaders },
  ];
  app.register(mercurius.default, { gateway: { services } });
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), stop: () => app.close() };
}
