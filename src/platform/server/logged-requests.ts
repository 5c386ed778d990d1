import type { FastifyInstance } from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { logFieldsOf } from './correlation.ts';
import { pathOf } from './failures.ts';
import { PROBES } from './probe-routes.ts';
import type { WithinRequest } from './traced-requests.ts';

/** Logs one line per request, except probes, after the answer. */
export function logRequests(app: FastifyInstance, log: Logger, within: WithinRequest): void {
  // Needs no redaction, because every field is a plain word or number of ours.
  const requestLog = log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    const path = pathOf(request);
    const { method } = request;
    const [status, ms] = [reply.statusCode, Math.round(reply.elapsedTime)];
    const write = () => requestLog.info({ event: 'request', method, path, status, ms, ...logFieldsOf(request) });
    if (!PROBES.includes(path)) within(request, write);
    done();
  });
}
