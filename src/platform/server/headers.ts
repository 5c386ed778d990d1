import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GRAPH_PATH } from './failure-body.ts';

const YEAR_SECONDS = 31_536_000;
/** Matches the host of most requests, and spares them the parser of URLs. */
const PLAIN_HOST = /^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,8}(:\d{1,4})?$/;

/** Every answer is data: no browser may render it, frame it, take it for another type, or cache it. */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Other names under ours may have no TLS.
    strictTransportSecurity: { maxAge: YEAR_SECONDS, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    // These tell a browser how to treat documents, and no answer here is a document.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
}

/**
 * RFC 9112, 3.2: one Host header, with a host in it. Apollo's integration builds a URL from it, and would answer a wrong one as
 * a fault of ours. HTTP/1.0, which some probes speak, may leave the header out.
 */
export function hasRightHost({ raw, headers, routeOptions }: FastifyRequest): boolean {
  const hosts = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (hosts.length === 0) return routeOptions.url !== GRAPH_PATH;
  return hosts.length === 1 && (PLAIN_HOST.test(headers.host ?? '') || URL.canParse(`http://${headers.host}/`));
}
