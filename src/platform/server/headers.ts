import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { GRAPH_PATH } from './failure-body.ts';

const YEAR_SECONDS = 31_536_000;
/** Of most requests, and no need to ask the parser of URLs. */
const PLAIN_HOST = /^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,8}(:\d{1,4})?$/;

/** For answers that are data: no browser may render one, frame it, take it for another type, or keep it. */
const setByHelmet = helmet({
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

/** They are the same on every answer: helmet is asked once, and not for every request. */
function securityHeaders(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  setByHelmet(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  const headers = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
  return { 'cache-control': 'no-store', ...Object.fromEntries(headers) };
}

export function registerSecurityHeaders(app: FastifyInstance): void {
  const headers = securityHeaders();
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

/**
 * RFC 9112, 3.2: one Host, and a host in it. Apollo's integration makes a URL of it, and would call one that is none our
 * fault. HTTP/1.0, which some probes speak, may leave it out.
 */
export function hasRightHost({ raw, headers, routeOptions }: FastifyRequest): boolean {
  const hosts = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  if (hosts.length === 0) return routeOptions.url !== GRAPH_PATH;
  return hosts.length === 1 && (PLAIN_HOST.test(headers.host ?? '') || URL.canParse(`http://${headers.host}/`));
}
