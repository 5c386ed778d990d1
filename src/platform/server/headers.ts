import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GRAPH_PATH } from './failure-body.ts';

const YEAR_SECONDS = 31_536_000;

/**
 * For answers that are data: no browser may render one, frame it, take it for another type, or keep it. On the raw response,
 * so that what is answered behind Fastify's back (the metrics) has them as well.
 */
export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async (_request, { raw }) => {
    raw.setHeader('cache-control', 'no-store');
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Which of the other names under ours have TLS, we do not know.
    strictTransportSecurity: { maxAge: YEAR_SECONDS, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
    // They say how documents behave, and there is none here.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
}

/**
 * RFC 9112, 3.2: one Host, and a host in it. Apollo's integration makes a URL of it, and would call one that is none our
 * fault. HTTP/1.0, which some probes speak, may leave it out.
 */
export function hasRightHost({ raw, headers, routeOptions }: FastifyRequest): boolean {
  const hosts = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (hosts.length === 0) return routeOptions.url !== GRAPH_PATH;
  return hosts.length === 1 && URL.canParse(`http://${headers.host}/`);
}
