import Fastify from 'fastify';
import mercurius from 'mercurius';
import type { StartPeer } from './backend.ts';
import { createSchema } from './schema.ts';

/** Mercurius on Fastify, with its cache of documents, and each compiled from its second request on. */
export const startMercurius: StartPeer = async (backend) => {
  const app = Fastify();
  await app.register(mercurius, {
    schema: createSchema(backend),
    context: (request) => backend.contextOf(request.headers.authorization),
    jit: 1,
  });
  return new URL('/graphql', await app.listen({ port: 0, host: '127.0.0.1' })).toString();
};
