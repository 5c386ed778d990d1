import type { FastifyInstance } from 'fastify';
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
  app.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await readiness();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });
  app.get('/metrics', (request, reply) => {
    // The exporter bypasses Fastify, which would drop the reply's headers.
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, String(value));
    reply.hijack();
    telemetry.serve(request.raw, reply.raw);
  });
}
