import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GRAPH_PATH } from './failures.ts';

const YEAR_SECONDS = 31_536_000;
/** Matches most hosts, to avoid the slower URL parser. */
const PLAIN_HOST = /^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,8}(:\d{1,4})?$/;

/** Forbids browsers to render, frame, sniff or cache an answer, because every answer is data. */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Subdomains may have no TLS.
    strictTransportSecurity: { maxAge: YEAR_SECONDS, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    // These concern documents, and no answer here is a document.
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
 * Requires one valid Host header (RFC 9112, 3.2). Apollo's integration builds a URL from it, and would answer a wrong one as a
 * fault of ours. Probes may omit it, because some speak HTTP/1.0.
 */
export function hasRightHost({ raw, headers, routeOptions }: FastifyRequest): boolean {
  const hosts = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (hosts.length === 0) return routeOptions.url !== GRAPH_PATH;
  return hosts.length === 1 && (PLAIN_HOST.test(headers.host ?? '') || URL.canParse(`http://${headers.host}/`));
}

const PROBED: readonly (string | undefined)[] = ['/livez', '/readyz'];

/**
 * Returns a check of the name in a valid Host header. Only listed names pass, so that a web page cannot reach the server by
 * a name of its own (DNS rebinding). The platform probes a replica by its address.
 */
export function createHostCheck(allowed: readonly string[]): (request: FastifyRequest) => boolean {
  return ({ headers: { host = '' }, routeOptions }) =>
    PROBED.includes(routeOptions.url) || allowed.includes(new URL(`http://${host || 'none'}/`).hostname);
}
