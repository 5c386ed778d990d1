import type { Config } from '../config.ts';
import type { IssuerKeys } from '../platform/auth/issuer-keys.ts';
import { createTokenVerifier } from '../platform/auth/verify-token.ts';
import { createSubscriptions } from '../platform/graphql/answer-subscription.ts';
import { createApolloServer } from '../platform/graphql/apollo.ts';
import { createErrorStatus } from '../platform/graphql/error-status.ts';
import { createMutationLimit } from '../platform/graphql/mutation-limit.ts';
import type { Subgraph } from '../platform/graphql/subgraph-schema.ts';
import { createHttpServer } from '../platform/server/http-server.ts';
import type { Readiness } from '../platform/server/probe-routes.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import type { Neighbours } from './neighbours.ts';
import type { Services } from './services.ts';

interface Parts {
  subgraph: Subgraph;
  services: Services;
  neighbours: Neighbours;
  issuerKeys: IssuerKeys;
  isTraced: boolean;
  readiness: () => Promise<Readiness>;
  telemetry: Telemetry;
  log: Logger;
}

/** Composes graph, REST, webhook, probes and metrics over HTTP. It does not listen yet. */
export async function composeServer(config: Config, parts: Parts) {
  const { subgraph, services, neighbours, issuerKeys, telemetry, log } = parts;
  // With GATEWAY_SECRET set, only a gateway reaches the graph.
  const isBehindGateway = config.GATEWAY_MODE === 'on' || config.GATEWAY_SECRET !== undefined;
  const errorStatus = createErrorStatus({ isBehindGateway });
  const apollo = createApolloServer({
    subgraph,
    isSchemaOpen: config.GRAPH_SCHEMA_PUBLIC === 'on' || config.GATEWAY_SECRET !== undefined,
    telemetry,
    mutationLimit: createMutationLimit(config.MUTATIONS_PER_MINUTE, neighbours.redis?.run),
    errorStatus,
    log,
  });
  const { app, drain } = await createHttpServer({
    apollo,
    subscriptions: createSubscriptions({ schema: subgraph.rebuild(), telemetry }),
    rawRoutes: services.rawRoutes,
    restRoutes: services.restRoutes,
    downloadRoutes: services.downloadRoutes,
    linkRoutes: services.linkRoutes,
    telemetry,
    isTraced: parts.isTraced,
    log,
    verifyToken: createTokenVerifier({
      keys: issuerKeys,
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
    }),
    gatewaySecrets: config.GATEWAY_SECRET,
    errorStatus,
    corsOrigins: config.CORS_ORIGINS,
    logRequestsPercent: config.LOG_REQUESTS_PERCENT,
    allowedHosts: config.ALLOWED_HOSTS,
    readiness: parts.readiness,
  });
  return {
    server: app,
    /** `drained`: fails /readyz for two seconds first, so that no caller loses a request. */
    async stop(drained: boolean): Promise<void> {
      if (drained) await drain.run();
      // Also closes the server.
      await apollo.stop();
    },
  };
}
