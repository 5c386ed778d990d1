import type { FastifyInstance } from 'fastify';
import { shareRuns } from '../../kernel/share-runs.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Requests to these are neither logged nor traced, because platforms send them every few seconds. */
export const PROBES: readonly string[] = ['/livez', '/readyz', '/metrics'];

export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

export function registerProbes(
  app: FastifyInstance,
  { readiness, telemetry }: { readiness: () => Promise<Readiness>; telemetry: Telemetry },
): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  // A flood of probes must not become a flood of queries.
  const sharedReadiness = shareRuns(readiness);
  app.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await sharedReadiness();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
  app.get('/metrics', async (_request, reply) => reply.type('text/plain').send(await telemetry.text()));
}
